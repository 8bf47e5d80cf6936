package dev.gantry.images.snapshot;

import dev.gantry.base.ContainerId;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Stat;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Directories for overlay mounts, see [LayerStore]. A container has `upper` and `work`. Its layer is not synced: it is
/// made of names only, by a few calls, and the journal orders them before the database's commit that makes the
/// container visible.
public final class OverlaySnapshotter implements Snapshotter {
    private final Linux linux;
    private final LayerStore store;

    /// Makes what is missing below `root`, and removes what an earlier process left half done. One
    /// process owns a root; who, the caller has seen to.
    public OverlaySnapshotter(Linux linux, Path root) {
        this.linux = linux;
        this.store = new LayerStore(linux, root, fd -> OverlayFlavor.probe(linux, fd, "empty"));
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
                container, store.paths(lowers), () -> store.marks(container).putChains(lowers));
    }

    @Override
    public RootFs prepare(ContainerId container, Path directory) {
        return prepare(
                container, List.of(directory), () -> store.marks(container).putDirectory(directory));
    }

    private RootFs prepare(ContainerId container, List<Path> lowers, Runnable mark) {
        Stat top = top(container, lowers.getFirst());
        store.make(container, () -> fill(container.hex(), top, mark));
        return rootFs(container, lowers);
    }

    /// The root of an overlay looks like its upper directory: that gets the looks of what lies below.
    private Stat top(ContainerId container, Path below) {
        try {
            return linux.attributes().stat(Fd.CWD, below.toString());
        } catch (LinuxError e) {
            throw e.during("prepare the files of container " + container.shortHex());
        }
    }

    private void fill(String id, Stat top, Runnable mark) {
        String upper = id + "/upper";
        Fd containers = store.containersFd();
        linux.directories().make(containers, upper, LayerStore.ROOT_MODE);
        linux.directories().make(containers, id + "/work", LayerStore.PRIVATE);
        if (top.uid() != 0 || top.gid() != 0) {
            linux.attributes().owner(containers, upper, top.uid(), top.gid());
        }
        linux.attributes().mode(containers, upper, top.mode());
        mark.run();
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
        try {
            linux.trees().delete(store.containersFd(), container.hex() + "/work/work/incompat");
        } catch (LinuxError e) {
            throw e.during("start container " + container.shortHex());
        }
    }

    @Override
    public void keep(ContainerId container, ChainId chain, long contentBytes) {
        store.keep(container.hex() + "/upper", chain, contentBytes);
    }

    @Override
    public void settle() {
        store.settle();
    }

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
        Path own = store.own(container);
        return new RootFs.Overlay(lowers, own.resolve("upper"), own.resolve("work"), flavor().mountOptions());
    }
}
