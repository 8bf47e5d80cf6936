package dev.gantry.images.layer;

import dev.gantry.base.Unavailable;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/// Unpacks on two threads: one reads, inflates and hashes (whatever `tar` does when it is read), one
/// makes files. Both are platform threads, for they compute without a pause and would hold the carriers
/// of everybody else.
public final class TarLayerExtractor implements LayerExtractor {
    private static final long MOST_PADDING = 64 << 20;

    private final Linux linux;
    private final OverlayFlavor flavor;
    private final LayerLimits limits;

    public TarLayerExtractor(Linux linux, OverlayFlavor flavor, LayerLimits limits) {
        this.linux = linux;
        this.flavor = flavor;
        this.limits = limits;
    }

    @Override
    public long extract(InputStream tar, Path directory, String name, Consumer<String> implied) throws IOException {
        try (Ahead ahead = new Ahead(tar, "read " + name)) {
            FutureTask<Long> work = new FutureTask<>(() -> unpack(ahead, directory, name, implied));
            Thread worker = Thread.ofPlatform().name("unpack " + name).daemon().start(work);
            try {
                return work.get();
            } catch (ExecutionException e) {
                throw failure(Objects.requireNonNullElse(e.getCause(), e));
            } catch (InterruptedException e) {
                // Nobody may write below the directory after this method has returned.
                ahead.stop();
                join(worker);
                Thread.currentThread().interrupt();
                throw new Unavailable("unpack " + name, "the work was cancelled", "ask again", e);
            }
        }
    }

    private long unpack(InputStream tar, Path directory, String name, Consumer<String> implied) throws IOException {
        String what = "unpack " + name;
        TarReader reader = new TarReader(tar, name, limits);
        try (Fd root = linux.files().openDirectory(directory.toString());
                var unpacking = new LayerUnpacking(linux, root, flavor, reader, limits)) {
            long bytes = unpacking.run(what);
            reader.drain(MOST_PADDING);
            unpacking.implied().forEach(implied);
            return bytes;
        } catch (LinuxError e) {
            throw e.during(what);
        }
    }

    private static IOException failure(Throwable cause) {
        switch (cause) {
            case IOException e -> {
                return e;
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("unpacking throws nothing else", cause);
        }
    }

    private static void join(Thread worker) {
        boolean done = false;
        while (!done) {
            try {
                worker.join();
                done = true;
            } catch (InterruptedException _) {
                // Already on the way out.
            }
        }
    }
}
