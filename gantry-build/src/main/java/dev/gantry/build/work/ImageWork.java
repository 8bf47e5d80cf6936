package dev.gantry.build.work;

import dev.gantry.base.Digest;
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
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Images that a build stands on.
public final class ImageWork {
    private final Images images;

    /// What builds have lent each other, by names that are told to nobody else.
    private final Map<String, Result.Root> lent = new ConcurrentHashMap<>();

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

    /// A root as an image that has no configuration; who lends it holds it until it is taken back.
    public String lend(Result.Root root) {
        String name = Digest.sha256Of("lent " + UUID.randomUUID()).toString();
        lent.put(name, root);
        return name;
    }

    public void takeBack(String name) {
        lent.remove(name);
    }

    Result.Root root(Op.ImageSource source, Asked asked, Layers.Hold hold) {
        Result.Root other = lent.get(source.reference());
        if (other != null) {
            hold.add(other.layers());
            return new Result.Root(other.layers(), asked.time().orElse(other.time()));
        }
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
