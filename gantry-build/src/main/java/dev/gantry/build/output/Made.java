package dev.gantry.build.output;

import dev.gantry.base.Reference;
import dev.gantry.build.graph.ImagePlan;
import dev.gantry.build.solve.Result;
import dev.gantry.images.archive.ArchiveForm;
import dev.gantry.images.image.Image;
import dev.gantry.linux.Fd;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;

/// What a build has made, as long as it is held.
///
/// @param time of the image, where the plan has none
public record Made(Outputs outputs, ImagePlan plan, Result result, Instant time) {
    public Image store(List<Reference.Tagged> names) {
        return outputs.store(plan, result, time, names);
    }

    public void archive(List<Reference.Tagged> names, ArchiveForm form, OutputStream out) {
        outputs.archive(plan, result, time, names, form, out);
    }

    public void tar(OutputStream out) {
        outputs.tar(result, out);
    }

    public void local(Fd directory) {
        outputs.local(result, directory);
    }
}
