package dev.gantry.images.snapshot;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.TreeCopy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// For a host on which no overlay can be mounted: layers are kept as in [LayerStore], and each container has a `root`
/// of its own with a copy of all that they show together. Blocks are shared where the file system can; no file is
/// ever a second name of one of a layer. A copy is on the disk before the container is known.
public final class CopySnapshotter implements Snapshotter {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    private final Linux linux;
    private final LayerStore store;

    /// Makes what is missing below `root`, and removes what an earlier process left half done. One
    /// process owns a root; who, the caller has seen to.
    public CopySnapshotter(Linux linux, Path root) {
        this.linux = linux;
        this.store = new LayerStore(linux, root, _ -> OverlayFlavor.FILES);
    }

    @Override
    public OverlayFlavor flavor() {
        return store.flavor();
    }

    @Override
    public boolean contains(ChainId chain) {
        return store.contains(chain);
    }

    @Override
    public LayerStage stage(ChainId chain) {
        return store.stage(chain);
    }

    @Override
    public void removeLayer(ChainId chain) {
        store.removeLayer(chain);
    }

    @Override
    public List<ChainId> layers() {
        return store.layers();
    }

    @Override
    public long contentBytes(ChainId chain) {
        return store.contentBytes(chain);
    }

    @Override
    public RootFs prepare(ContainerId container, List<ChainId> lowers) {
        store.require(container, lowers);
        return prepare(
                container,
                store.paths(lowers),
                to -> {
                    try (MergedDirectory from = MergedDirectory.open(linux, store.paths(lowers), flavor())) {
                        TreeCopy.copy(linux, from, to, () -> {});
                    }
                },
                () -> store.marks(container).putChains(lowers));
    }

    @Override
    public RootFs prepare(ContainerId container, Path directory) {
        if (store.isAbove(directory)) {
            throw new Unsupported(
                    "prepare the files of container " + container.shortHex(),
                    "without overlay mounts all of " + directory
                            + " would be copied, and the engine's own files below it",
                    "use an image, or another directory");
        }
        return prepare(
                container,
                List.of(directory),
                to -> {
                    try (Fd from = linux.files().openDirectory(directory.toString())) {
                        TreeCopy.copy(linux, from, to); // no name in it is a mark
                    }
                },
                () -> store.marks(container).putDirectory(directory));
    }

    /// The marks come last: what has none is not found.
    private RootFs prepare(ContainerId container, List<Path> lowers, Consumer<Fd> copy, Runnable mark) {
        store.make(container, () -> {
            String name = container.hex() + "/root";
            linux.directories().make(store.containersFd(), name, LayerStore.ROOT_MODE);
            try (Fd to = linux.files().open(store.containersFd(), name, DIRECTORY, 0, Resolve.PLAIN)) {
                copy.accept(to);
                linux.files().syncFilesystem(to);
            }
            mark.run();
        });
        return rootFs(container, lowers);
    }

    @Override
    public Optional<RootFs> find(ContainerId container) {
        return store.lowers(container).map(lowers -> rootFs(container, lowers));
    }

    @Override
    public List<ChainId> lowers(ContainerId container) {
        return store.marks(container).chains().orElse(List.of());
    }

    @Override
    public void allowRemount(ContainerId container) {
        // Nothing is mounted but the directory itself.
    }

    @Override
    public void keep(ContainerId container, ChainId chain, long contentBytes) {
        throw new Unsupported(
                "make a layer of what was written",
                "without overlay mounts nothing says what was written",
                "build where the kernel mounts overlays");
    }

    @Override
    public void settle() {}

    @Override
    public void remove(ContainerId container) {
        store.remove(container);
    }

    @Override
    public List<ContainerId> containers() {
        return store.containers();
    }

    @Override
    public void close() {
        store.close();
    }

    private RootFs rootFs(ContainerId container, List<Path> lowers) {
        return new RootFs.Copy(lowers, store.own(container).resolve("root"));
    }
}
