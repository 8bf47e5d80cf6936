package dev.gantry.build.solve;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.archive.ArchiveForm;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Layers;
import dev.gantry.images.snapshot.RootFs;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Layers that are there as long as somebody holds them, and are collected at the next moment.
public final class HeldLayers implements Layers {
    private final List<Layer> held = new ArrayList<>();
    private final Set<Layer> lost = ConcurrentHashMap.newKeySet();

    /// Those that nobody held for a moment.
    Set<Layer> lost() {
        return Set.copyOf(lost);
    }

    @Override
    public Hold hold() {
        return new Hold() {
            private final List<Layer> mine = new ArrayList<>();

            @Override
            public void add(List<Layer> root) {
                synchronized (held) {
                    mine.addAll(root);
                    held.addAll(root);
                }
            }

            @Override
            public void close() {
                synchronized (held) {
                    mine.forEach(held::remove);
                    mine.stream().filter(layer -> !held.contains(layer)).forEach(lost::add);
                    mine.clear();
                }
            }
        };
    }

    @Override
    public boolean contains(List<Layer> root) {
        return lost.stream().noneMatch(root::contains);
    }

    @Override
    public void unpack(List<Layer> root) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long size(List<Layer> root) {
        return 1;
    }

    @Override
    public Base base(String reference, Platform platform, Hold hold) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String lend(List<Layer> root) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void takeBack(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RootFs prepare(ContainerId id, List<Layer> root) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Layer keep(ContainerId id, List<Layer> root, Instant since, Instant time, Hold hold) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void archive(
            Map<String, Object> config,
            List<Layer> root,
            List<Reference.Tagged> names,
            ArchiveForm form,
            OutputStream out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void settle() {}

    @Override
    public Image compose(Map<String, Object> config, List<Layer> root, List<Reference.Tagged> names) {
        throw new UnsupportedOperationException();
    }
}
