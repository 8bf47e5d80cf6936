package dev.gantry.images.snapshot;

import dev.gantry.base.ContainerId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Containers of two drivers in one data root: what is made, is made by the chosen one; what the other one has made
/// stays as it is, and where it is, until it is removed. Layers are those of the chosen one.
final class BothSnapshotters implements Snapshotter {
    private final Snapshotter chosen;
    private final Snapshotter other;

    BothSnapshotters(Snapshotter chosen, Snapshotter other) {
        this.chosen = chosen;
        this.other = other;
    }

    private Snapshotter of(ContainerId container) {
        return chosen.find(container).isEmpty() && other.find(container).isPresent() ? other : chosen;
    }

    @Override
    public OverlayFlavor flavor() {
        return chosen.flavor();
    }

    @Override
    public boolean contains(ChainId chain) {
        return chosen.contains(chain);
    }

    @Override
    public LayerStage stage(ChainId chain) {
        return chosen.stage(chain);
    }

    @Override
    public void removeLayer(ChainId chain) {
        chosen.removeLayer(chain);
    }

    @Override
    public List<ChainId> layers() {
        return chosen.layers();
    }

    @Override
    public RootFs prepare(ContainerId container, List<ChainId> lowers) {
        return chosen.prepare(container, lowers);
    }

    @Override
    public RootFs prepare(ContainerId container, Path directory) {
        return chosen.prepare(container, directory);
    }

    @Override
    public Optional<RootFs> find(ContainerId container) {
        return chosen.find(container).or(() -> other.find(container));
    }

    @Override
    public List<ChainId> lowers(ContainerId container) {
        return of(container).lowers(container);
    }

    @Override
    public long contentBytes(ChainId chain) {
        return (chosen.contains(chain) ? chosen : other).contentBytes(chain);
    }

    @Override
    public void allowRemount(ContainerId container) {
        of(container).allowRemount(container);
    }

    @Override
    public void keep(ContainerId container, ChainId chain, long contentBytes) {
        of(container).keep(container, chain, contentBytes);
    }

    @Override
    public void settle() {
        chosen.settle();
        other.settle();
    }

    @Override
    public void remove(ContainerId container) {
        chosen.remove(container);
        other.remove(container);
    }

    @Override
    public List<ContainerId> containers() {
        List<ContainerId> all = new ArrayList<>(chosen.containers());
        all.addAll(other.containers());
        return all;
    }

    @Override
    public void close() {
        other.close();
        chosen.close();
    }
}
