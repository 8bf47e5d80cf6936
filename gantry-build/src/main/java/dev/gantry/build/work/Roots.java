package dev.gantry.build.work;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unsupported;
import dev.gantry.build.context.OpenedTree;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.solve.Result;
import dev.gantry.images.image.Images;
import dev.gantry.images.image.Layers;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Roots that are looked at, and roots that are written to and become layers.
final class Roots {
    private final Linux linux;
    private final Images images;
    private final RandomGenerator random;

    Roots(Linux linux, Images images, RandomGenerator random) {
        this.linux = linux;
        this.images = images;
        this.random = random;
    }

    Linux linux() {
        return linux;
    }

    /// Until it is closed.
    SourceTree open(Result.Root root) {
        ContainerId id = ContainerId.random(random);
        RootFs files = images.layers().prepare(id, root.layers());
        try {
            Fd view = files.image(linux, List.of());
            return new OpenedTree(linux, view, () -> images.release(id));
        } catch (LinuxError e) {
            images.release(id);
            throw e.during("look at the files of a step");
        }
    }

    /// Looks at each layer by itself, but for these.
    void each(Result.Root root, Set<Layers.Layer> without, Consumer<Fd> looking) {
        if (without.containsAll(root.layers())) {
            return;
        }
        ContainerId id = ContainerId.random(random);
        RootFs files = images.layers().prepare(id, root.layers());
        try {
            List<Path> places = files instanceof RootFs.Overlay overlay ? overlay.lowers() : files.layers();
            boolean known = places.size() == root.layers().size();
            for (int i = 0; i < places.size(); i++) {
                // The topmost comes first there, and the base first here.
                if (!known || !without.contains(root.layers().get(places.size() - 1 - i))) {
                    try (Fd layer = linux.files().openDirectory(places.get(i).toString())) {
                        looking.accept(layer);
                    }
                }
            }
        } finally {
            images.release(id);
        }
    }

    interface Writing {
        void to(Target target) throws IOException;
    }

    /// Looks at what was written, and throws when it may not be kept.
    interface Check {
        Check NONE = _ -> {};

        void of(RootFs written);
    }

    /// What is written becomes a layer of its own.
    Result.Root written(Result.Root root, Layers.Hold hold, Check check, Writing writing) throws IOException {
        ContainerId id = ContainerId.random(random);
        RootFs files = images.layers().prepare(id, root.layers());
        try {
            Instant since = Instant.now();
            try (Target target = new Target(linux, mounted(files))) {
                writing.to(target);
            } catch (LinuxError e) {
                throw e.during("write the files of a step");
            }
            check.of(files);
            return kept(id, root, since.minusSeconds(1), hold);
        } finally {
            images.release(id);
        }
    }

    /// @param since when writing began
    Result.Root kept(ContainerId id, Result.Root root, Instant since, Layers.Hold hold) {
        List<Layers.Layer> all = new ArrayList<>(root.layers());
        all.add(images.layers().keep(id, root.layers(), since, root.time(), hold));
        return new Result.Root(all, root.time());
    }

    private Fd mounted(RootFs files) {
        if (!(files instanceof RootFs.Overlay overlay)) {
            throw new Unsupported(
                    "write the files of a step",
                    "without overlay mounts nothing says what was written",
                    "build where the kernel mounts overlays");
        }
        List<String> options = new ArrayList<>(List.of("upperdir=" + overlay.upper(), "workdir=" + overlay.work()));
        options.addAll(overlay.forgettable().options());
        return linux.mounts()
                .writableOverlay(overlay.lowers().stream().map(Object::toString).toList(), options);
    }
}
