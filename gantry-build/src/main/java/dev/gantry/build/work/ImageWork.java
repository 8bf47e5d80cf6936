package dev.gantry.build.work;

import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.graph.Op;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Result;
import dev.gantry.images.image.Images;
import dev.gantry.images.image.Layers;
import dev.gantry.images.progress.ProgressListener;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/// Images that a build stands on.
public final class ImageWork {
    private final Images images;

    public ImageWork(Images images) {
        this.images = images;
    }

    /// Fetched where that is wanted; held while `hold` is open.
    public Layers.Base base(String reference, Platform platform, Op.Pull pull, Asked asked, Layers.Hold hold) {
        if (isId(reference)) {
            return images.layers().base(reference, platform, hold);
        }
        if (pull != Op.Pull.ALWAYS) {
            try {
                return images.layers().base(reference, platform, hold);
            } catch (NotFound e) {
                if (pull == Op.Pull.NEVER) {
                    throw e;
                }
            }
        }
        Reference wanted = Reference.parse(reference);
        images.pull(
                wanted, platform, asked.credentials().apply(wanted.repository().domain()), ProgressListener.SILENT);
        return images.layers().base(reference, platform, hold);
    }

    private static boolean isId(String reference) {
        return reference.matches("sha256:[0-9a-f]{64}");
    }

    Result.Root root(Op.ImageSource source, Asked asked, Layers.Hold hold) {
        Layers.Base base = base(source.reference(), source.platform(), source.pull(), asked, hold);
        return new Result.Root(base.layers(), asked.time().orElseGet(() -> created(base.config())));
    }

    /// What is made of an image is as old as that, so that it is the same whenever it is made.
    public static Instant created(Map<String, Object> config) {
        Object text = config.get("created");
        try {
            Instant created = text == null
                    ? Result.Root.NO_TIME
                    : OffsetDateTime.parse(text.toString()).toInstant();
            return created.isBefore(Result.Root.NO_TIME)
                    ? Result.Root.NO_TIME
                    : created.truncatedTo(ChronoUnit.SECONDS);
        } catch (DateTimeException e) {
            return Result.Root.NO_TIME;
        }
    }
}
