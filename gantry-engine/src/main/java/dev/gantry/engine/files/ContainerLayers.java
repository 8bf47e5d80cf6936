package dev.gantry.engine.files;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerRoots;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.observe.Action;
import dev.gantry.engine.observe.Course;
import dev.gantry.engine.observe.Measures;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Images;
import dev.gantry.images.layer.LayerWriter;
import dev.gantry.images.layer.RootedTar;
import dev.gantry.images.snapshot.MergedDirectory;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.snapshot.Snapshotter;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What containers have written, and their whole roots, without what is mounted in them: read where the layers are,
/// whether the container runs or not.
public final class ContainerLayers {
    private static final int AT_A_TIME = 16;
    private static final ContainerRoots.Still NOT_STILL = () -> {};

    private final Linux linux;
    private final ContainerRoots roots;
    private final Snapshotter snapshots;
    private final Containers containers;
    private final Images images;
    private final Measures measures;
    private final FileThreads threads = new FileThreads(AT_A_TIME);

    public ContainerLayers(
            Linux linux,
            ContainerRoots roots,
            Snapshotter snapshots,
            Containers containers,
            Images images,
            Measures measures) {
        this.measures = measures;
        this.containers = containers;
        this.images = images;
        this.linux = linux;
        this.roots = roots;
        this.snapshots = snapshots;
    }

    /// @param written of what the container itself has written
    /// @param root with its image
    public record Sizes(long written, long root) {}

    /// Where they are.
    public RootFs places(ContainerId id) {
        return roots.layers(id);
    }

    public List<Change> changes(ContainerId id) {
        try (Course course = measures.begin(Action.CHANGES, id.hex())) {
            List<Change> found = compared(id);
            course.succeeded();
            return found;
        }
    }

    private List<Change> compared(ContainerId id) {
        RootFs root = roots.layers(id);
        return look("compare container " + id.shortHex() + " with its image", () -> {
            try (Fd own = linux.files().openDirectory(root.own().toString())) {
                return switch (root) {
                    case RootFs.Overlay overlay -> {
                        try (Fd lower = overlay.view(linux, roots.lowers(id))) {
                            yield walk(root).changes(own, lower);
                        }
                    }
                    case RootFs.Copy copy -> compared(id, own, copy).changes();
                };
            }
        });
    }

    /// Beside what a root was copied from.
    private CopyWalk.Found compared(ContainerId id, Fd own, RootFs.Copy copy) {
        Instant copied = copy.copiedAt(linux).orElse(Instant.MIN);
        // Files of a directory of the host are no marks, whatever they are called.
        OverlayFlavor marks = isOverDirectory(id) ? OverlayFlavor.TRUSTED : OverlayFlavor.FILES;
        try (MergedDirectory below = MergedDirectory.open(linux, roots.lowers(id), marks)) {
            return CopyWalk.compare(linux, own, below, copied);
        }
    }

    private boolean isOverDirectory(ContainerId id) {
        return containers
                .get(id)
                .filter(c -> c.spec().image().startsWith("dir:"))
                .isPresent();
    }

    public Sizes sizes(ContainerId id) {
        RootFs root = roots.layers(id);
        return look("measure container " + id.shortHex(), () -> {
            try (Fd own = linux.files().openDirectory(root.own().toString())) {
                long written = switch (root) {
                    case RootFs.Overlay _ -> walk(root).size(own);
                    case RootFs.Copy copy -> compared(id, own, copy).size();
                };
                long image = snapshots.lowers(id).stream()
                        .mapToLong(snapshots::contentBytes)
                        .sum();
                return new Sizes(written, written + image);
            }
        });
    }

    private <T> T look(String what, FileThreads.Work<T> work) {
        try {
            return threads.call(what, work);
        } catch (LinuxError e) {
            throw e.during(what);
        } catch (IOException e) {
            throw new UncheckedIOException(what, e);
        }
    }

    /// Writes the merged root as a tar. The same files give the same bytes.
    public void export(ContainerId id, OutputStream out) throws IOException {
        RootFs root = roots.layers(id);
        List<String> hidden =
                roots.hidden(id).stream().map(path -> path.substring(1)).toList();
        String what = "export container " + id.shortHex();
        threads.send(what, out, client -> {
            try (Fd merged = whole(id, root)) {
                RootedTar.packRoot(linux, merged, hidden::contains, client);
            } catch (LinuxError e) {
                throw e.during(what);
            }
        });
    }

    /// Makes an image of what the container has written, above its own image. It stands still meanwhile if `pause`.
    public Image commit(ContainerId id, Images.CommitOptions options, boolean pause) {
        try (Course course = measures.begin(Action.COMMIT, id.hex())) {
            Image made = committed(id, options, pause);
            course.succeeded();
            return made;
        }
    }

    private Image committed(ContainerId id, Images.CommitOptions options, boolean pause) {
        Container c = containers.get(id).orElseThrow();
        String what = "commit container " + c.name();
        if (c.spec().image().startsWith("dir:")) {
            throw new Unsupported(
                    what, "its root is a directory of the host and no image", "export it, and import what comes");
        }
        RootFs root = roots.layers(id);
        var layer = new LayerWriter(linux, root.flavor());
        return look(what, () -> {
            ContainerRoots.Still still = pause ? roots.still(id) : NOT_STILL;
            try {
                return images.commit(c.imageId(), options, out -> {
                    write(id, root, layer, out);
                    still.close(); // the rest is not about the container
                });
            } finally {
                still.close();
            }
        });
    }

    private void write(ContainerId id, RootFs root, LayerWriter layer, OutputStream out) throws IOException {
        switch (root) {
            case RootFs.Overlay overlay -> layer.write(overlay.upper(), out);
            case RootFs.Copy copy -> {
                try (Fd own = linux.files().openDirectory(copy.own().toString())) {
                    CopyWalk.Found found = compared(id, own, copy);
                    layer.write(own, found.kept(), found.gone(), out);
                }
            }
        }
    }

    private LayerWalk walk(RootFs root) {
        return new LayerWalk(linux, root.flavor());
    }

    /// Read-only, or a directory, and mounted nowhere; what is written meanwhile may be seen or not.
    private Fd whole(ContainerId id, RootFs root) {
        return switch (root) {
            case RootFs.Overlay overlay -> {
                List<Path> all = new ArrayList<>(List.of(overlay.upper()));
                all.addAll(roots.lowers(id));
                yield overlay.view(linux, all);
            }
            case RootFs.Copy copy ->
                linux.files().openDirectory(copy.directory().toString());
        };
    }
}
