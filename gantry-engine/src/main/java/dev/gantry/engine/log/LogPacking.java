package dev.gantry.engine.log;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.RotatedLog;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Packs the older files of the logs that asked for it. The newest and the one before stay as they are: the watch
/// writes the one, and who follows may still read the other.
///
/// A watch renames files whenever one is full. A file is known by its inode, therefore, which is held open so that no
/// other file gets it. It takes the place of the plain one under the lock `F.lock`, under which no watch renames; and
/// in the turn of its container, so that nobody removes it meanwhile.
public final class LogPacking implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogPacking.class);
    private static final Duration PAUSE = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final FileAttribute<?> AS_A_LOG =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
    private static final int FIRST = 2;
    private static final int BLOCK = 16 << 10;

    /// Acts on a container while nobody else does; [GantryException] when it is gone.
    public interface Turns {
        /// False, and nothing is done, when somebody else does.
        boolean tryIn(ContainerId id, Runnable action);
    }

    /// Whether there may be something to pack. From any thread.
    public static final class Wanted {
        /// Who has looked and found nothing waits here.
        final Semaphore asked = new Semaphore(0);

        /// A container that asks for it runs.
        public void again() {
            asked.release();
        }
    }

    private final Path directory;
    private final Supplier<List<Container>> containers;
    private final Turns turns;
    private final Wanted wanted;
    private final Thread thread;

    /// @param directory where files are made that get other names, on the file system of the logs
    /// @param wanted what wakes it up while no container asks for it
    public LogPacking(Path directory, Supplier<List<Container>> containers, Turns turns, Wanted wanted) {
        this(directory, containers, turns, wanted, PAUSE);
    }

    /// With another pause between two looks.
    public LogPacking(
            Path directory, Supplier<List<Container>> containers, Turns turns, Wanted wanted, Duration pause) {
        this.wanted = wanted;
        this.directory = directory;
        this.containers = containers;
        this.turns = turns;
        this.thread = Thread.ofVirtual().name("log-packing").start(() -> run(pause));
    }

    private void run(Duration pause) {
        try {
            while (true) {
                Thread.sleep(pause);
                wanted.asked.drainPermits();
                if (!look()) {
                    wanted.asked.acquire();
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// False when nobody asks for it.
    private boolean look() {
        try {
            List<Container> asking = containers.get().stream()
                    .filter(c -> c.spec().log().compressed())
                    .toList();
            asking.forEach(this::pack);
            return !asking.isEmpty();
        } catch (RuntimeException e) {
            LOG.warn("older log files not packed, tried again: {}", e.toString());
            return true;
        }
    }

    private void pack(Container c) {
        Path log = c.files().log(c.spec().log());
        try {
            pack(c.id(), log);
        } catch (ClosedByInterruptException closing) {
            LOG.debug("the next engine packs the log of container id={}", c.id().shortHex());
        } catch (IOException | RuntimeException e) {
            LOG.warn("older log files of container id={} not packed: {}", c.id().shortHex(), e.toString());
        }
    }

    void pack(ContainerId id, Path log) throws IOException {
        if (!Files.exists(lock(log))) {
            makeLock(id, log); // a watch that looked for it just before renames without it: not so at the next look
            return;
        }
        for (int age = RotatedLog.at(log).older(); age >= FIRST; age--) {
            pack(id, log, age);
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
        try (FileChannel in = FileChannel.open(plain, StandardOpenOption.READ)) {
            // A file only ages: one that has its name still had it while it was opened.
            if (file.equals(key(plain))) {
                pack(in, packed);
                if (!turns.tryIn(id, () -> replace(log, file, packed))) {
                    LOG.debug("log file {} is packed later: its container is busy", plain);
                }
            }
        } catch (NoSuchFileException | GantryException gone) {
            LOG.debug("log file {} is gone: {}", plain, gone.toString());
        } finally {
            Files.deleteIfExists(packed);
        }
    }

    /// Through channels: an interruption ends it between two blocks.
    private static void pack(FileChannel in, Path packed) throws IOException {
        // Made anew, whatever a killed engine left: only then it has this mode.
        Files.deleteIfExists(packed);
        try (FileChannel out = FileChannel.open(
                        packed, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), AS_A_LOG);
                GZIPOutputStream gzip = new GZIPOutputStream(Channels.newOutputStream(out), BLOCK)) {
            Channels.newInputStream(in).transferTo(gzip);
            gzip.finish();
            out.force(true);
        }
    }

    private static void replace(Path log, Object file, Path packed) {
        try (FileChannel names = FileChannel.open(lock(log), StandardOpenOption.WRITE);
                FileLock held = names.tryLock()) {
            for (int age = FIRST; held != null && age <= RotatedLog.at(log).older(); age++) {
                Path plain = older(log, age);
                if (file.equals(key(plain))) {
                    Files.move(packed, RotatedLog.packed(plain), StandardCopyOption.ATOMIC_MOVE);
                    // Until its name lasts there are both, of which the plain one counts.
                    sync(plain.resolveSibling(""));
                    Files.delete(plain);
                    return;
                }
            }
        } catch (ClosedByInterruptException closing) {
            LOG.debug("the next engine packs the log {}", log);
        } catch (IOException e) {
            LOG.warn("older log file of {} not packed: {}", log, e.toString());
        }
    }

    private static void sync(Path names) throws IOException {
        try (FileChannel channel = FileChannel.open(names, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path lock(Path log) {
        return log.resolveSibling(log.getFileName() + ".lock");
    }

    private void makeLock(ContainerId id, Path log) {
        if (!Files.exists(log)) {
            return; // it has not run yet
        }
        try {
            turns.tryIn(id, () -> {
                try {
                    Files.createFile(lock(log));
                } catch (IOException e) {
                    LOG.warn("older log files of {} not packed: {}", log, e.toString());
                }
            });
        } catch (GantryException gone) {
            LOG.debug("log {} is gone: {}", log, gone.toString());
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
            if (!thread.join(PATIENCE)) {
                LOG.warn("the packing of logs has not ended; what it still replaces stays whole");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
