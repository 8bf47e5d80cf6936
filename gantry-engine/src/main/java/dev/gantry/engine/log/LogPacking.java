package dev.gantry.engine.log;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.RotatedLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Packs the older files of the logs that asked for it. The newest and the one before stay as they are: the watch
/// writes
/// the one, and who follows may still read the other.
///
/// A watch renames files whenever one is full. A file is known by its inode, therefore, and takes the place of the
/// plain
/// one under the lock `F.lock`, under which no watch renames; and in the turn of its container, so that nobody removes
/// it
/// meanwhile.
public final class LogPacking implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogPacking.class);
    private static final Duration PAUSE = Duration.ofSeconds(20);
    private static final int FIRST = 2;

    /// Acts on a container while nobody else does; [GantryException] when it is gone.
    public interface Turns {
        void in(ContainerId id, Runnable action);
    }

    private final Path directory;
    private final Supplier<List<Container>> containers;
    private final Turns turns;
    private final Thread thread;

    /// @param directory where files are made that get other names, on the file system of the logs
    public LogPacking(Path directory, Supplier<List<Container>> containers, Turns turns) {
        this(directory, containers, turns, PAUSE);
    }

    /// With another pause between two looks.
    public LogPacking(Path directory, Supplier<List<Container>> containers, Turns turns, Duration pause) {
        this.directory = directory;
        this.containers = containers;
        this.turns = turns;
        this.thread = Thread.ofVirtual().name("log-packing").start(() -> run(pause));
    }

    private void run(Duration pause) {
        try {
            while (true) {
                Thread.sleep(pause);
                containers.get().stream()
                        .filter(c -> c.spec().log().compressed())
                        .forEach(this::pack);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void pack(Container c) {
        Path log = c.files().log(c.spec().log());
        try {
            for (int age = RotatedLog.at(log).older();
                    age >= FIRST && !Thread.currentThread().isInterrupted();
                    age--) {
                pack(c.id(), log, age);
            }
        } catch (ClosedByInterruptException closing) {
            LOG.debug("the next engine packs the log of container id={}", c.id().shortHex());
        } catch (IOException | RuntimeException e) {
            LOG.warn("older log files of container id={} not packed: {}", c.id().shortHex(), e.toString());
        }
    }

    private void pack(ContainerId id, Path log, int age) throws IOException {
        Path plain = older(log, age);
        Object file = key(plain);
        if (file == null) {
            return; // it is packed
        }
        // One for all: there is one thread, and what a killed engine left is written over.
        Path packed = directory.resolve(".log-packing");
        try {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
                Files.copy(plain, out);
            }
            // A file only ages: one that has its name still had it while it was opened.
            if (file.equals(key(plain))) {
                turns.in(id, () -> replace(log, file, packed));
            }
        } catch (NoSuchFileException | GantryException gone) {
            LOG.debug("log file {} is gone: {}", plain, gone.toString());
        } finally {
            Files.deleteIfExists(packed);
        }
    }

    private static void replace(Path log, Object file, Path packed) {
        Path lock = log.resolveSibling(log.getFileName() + ".lock");
        try (FileChannel names = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = names.lock()) {
            for (int age = FIRST; held.isValid() && age <= RotatedLog.at(log).older(); age++) {
                Path plain = older(log, age);
                if (file.equals(key(plain))) {
                    Files.move(packed, RotatedLog.packed(plain), StandardCopyOption.ATOMIC_MOVE);
                    Files.delete(plain);
                    return;
                }
            }
        } catch (IOException e) {
            LOG.warn("older log file of {} not packed: {}", log, e.toString());
        }
    }

    private static Path older(Path log, int age) {
        return log.resolveSibling(log.getFileName() + "." + age);
    }

    private static @Nullable Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
