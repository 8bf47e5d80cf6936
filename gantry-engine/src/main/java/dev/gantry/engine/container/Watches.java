package dev.gantry.engine.container;

import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.runtime.watch.Starter;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes watches in directories, and clears the directories away. A starter that died is started again.
public final class Watches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

    private final Supplier<Starter> starters;

    /// Guarded by this object.
    private Starter starter;

    public Watches(Path shim, List<Path> cgroups) {
        this(() -> Starter.start(shim, cgroups));
    }

    Watches(Supplier<Starter> starters) {
        this.starters = starters;
        this.starter = starters.get();
    }

    /// A watch that waits for a plan, in a new directory called `wanted` or like it.
    Task spawn(Path wanted, Starter.For what) {
        Path directory = makeLike(wanted);
        return new Task(directory, watchIn(directory, what));
    }

    /// The same for one that is never started twice.
    public Watch spawnIn(Path directory) {
        try {
            Files.createDirectory(directory);
        } catch (IOException e) {
            throw failed("make directory " + directory, e);
        }
        return watchIn(directory, Starter.For.ANY_PLAN);
    }

    /// An earlier watch of the same container may still be leaving, with attachers that read slowly: its place is not
    /// taken from it.
    private static Path makeLike(Path wanted) {
        Path directory = wanted;
        for (int i = 1; ; i++) {
            try {
                return Files.createDirectory(directory);
            } catch (FileAlreadyExistsException e) {
                directory = wanted.resolveSibling(wanted.getFileName() + "-" + i);
            } catch (IOException e) {
                throw failed("make directory " + directory, e);
            }
        }
    }

    private Watch watchIn(Path directory, Starter.For what) {
        try {
            return connected(directory, what);
        } catch (Unavailable e) {
            if (!replaceDead()) {
                throw cleared(directory, e);
            }
        } catch (RuntimeException e) {
            throw cleared(directory, e);
        }
        try {
            return connected(directory, what);
        } catch (RuntimeException e) {
            throw cleared(directory, e);
        }
    }

    private Watch connected(Path directory, Starter.For what) {
        current().spawn(directory, what);
        return Watch.connect(directory);
    }

    private static RuntimeException cleared(Path directory, RuntimeException e) {
        clear(directory);
        return e;
    }

    /// Removes the directory of a watch that has ended or is to be forgotten. What cannot be removed is left to the
    /// next engine.
    public static void clear(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (NoSuchFileException e) {
            // It is what was wanted.
        } catch (IOException e) {
            LOG.warn("watch directory left: {}", e.toString());
        }
    }

    private static Internal failed(String what, IOException e) {
        return new Internal(what, String.valueOf(e), "look at the file system of the run root", e);
    }

    private synchronized Starter current() {
        return starter;
    }

    private synchronized boolean replaceDead() {
        if (starter.alive()) {
            return false;
        }
        starter.close();
        starter = starters.get();
        return true;
    }

    @Override
    public synchronized void close() {
        starter.close();
    }
}
