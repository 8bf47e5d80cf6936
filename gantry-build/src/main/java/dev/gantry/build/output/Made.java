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
import java.util.Map;

/// What a build has made, as long as it is held.
///
/// @param time of the image, where the plan has none
/// @param besides fields that its configuration gets, too
public record Made(Outputs outputs, ImagePlan plan, Result result, Instant time, Map<String, Object> besides) {
    public Made {
        besides = Map.copyOf(besides);
    }

    public Image store(List<Reference.Tagged> names) {
        return outputs.store(config(), result, names);
    }

    /// Whole but for what it says of layers.
    public Map<String, Object> config() {
        Map<String, Object> config = ImageDocument.of(plan, time);
        config.putAll(besides);
        return config;
    }

    public void archive(List<Reference.Tagged> names, ArchiveForm form, OutputStream out) {
        outputs.archive(config(), result, names, form, out);
    }

    public void tar(OutputStream out) {
        outputs.tar(result, out);
    }

    public void local(Fd directory) {
        outputs.local(result, directory);
    }
}
