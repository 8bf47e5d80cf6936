package dev.gantry.images.testing;

import dev.gantry.base.ContainerId;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.snapshot.Snapshotter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Layers as plain directories, for tests that need no kernel.
public final class PlainSnapshotter implements Snapshotter {
    private final Path root;
    private final Map<ChainId, Long> layers = new ConcurrentHashMap<>();
    private final Map<ContainerId, List<ChainId>> containers = new ConcurrentHashMap<>();

    public PlainSnapshotter(Path root) {
        this.root = root;
    }

    public Path directory(ChainId chain) {
        return root.resolve(chain.digest().hex());
    }

    @Override
    public boolean contains(ChainId chain) {
        return layers.containsKey(chain);
    }

    @Override
    public LayerStage stage(ChainId chain) {
        Path stage;
        try {
            stage = Files.createTempDirectory(Files.createDirectories(root), "stage");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new LayerStage() {
            @Override
            public Path directory() {
                return stage;
            }

            @Override
            public void adopt(List<String> directories, List<ChainId> lowers) {}

            @Override
            public void commit(long contentBytes) {
                try {
                    Files.move(stage, PlainSnapshotter.this.directory(chain));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                layers.put(chain, contentBytes);
            }

            @Override
            public void close() {
                delete(stage);
            }
        };
    }

    @Override
    public void removeLayer(ChainId chain) {
        layers.remove(chain);
        delete(directory(chain));
    }

    @Override
    public List<ChainId> layers() {
        return List.copyOf(layers.keySet());
    }

    @Override
    public RootFs prepare(ContainerId container, List<ChainId> lowers) {
        containers.put(container, lowers);
        return find(container).orElseThrow();
    }

    @Override
    public RootFs prepare(ContainerId container, Path directory) {
        containers.put(container, List.of());
        return new RootFs.Overlay(List.of(directory), root.resolve("upper"), root.resolve("work"), List.of());
    }

    @Override
    public Optional<RootFs> find(ContainerId container) {
        return Optional.ofNullable(containers.get(container))
                .map(c -> new RootFs.Overlay(
                        c.stream().map(this::directory).toList(),
                        root.resolve("upper"),
                        root.resolve("work"),
                        List.of()));
    }

    @Override
    public List<ChainId> lowers(ContainerId container) {
        return containers.getOrDefault(container, List.of());
    }

    @Override
    public long contentBytes(ChainId chain) {
        return layers.getOrDefault(chain, 0L);
    }

    @Override
    public void keep(ContainerId container, ChainId chain, long contentBytes) {
        throw new UnsupportedOperationException("nothing is written here");
    }

    @Override
    public void settle() {}

    @Override
    public void remove(ContainerId container) {
        containers.remove(container);
    }

    @Override
    public void allowRemount(ContainerId container) {}

    @Override
    public OverlayFlavor flavor() {
        return OverlayFlavor.USER;
    }

    @Override
    public void close() {}

    @Override
    public List<ContainerId> containers() {
        return List.copyOf(containers.keySet());
    }

    /// What is on disk below the root, stages too.
    public List<Path> onDisk() {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (var entries = Files.list(root)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (var all = Files.walk(path)) {
            all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
