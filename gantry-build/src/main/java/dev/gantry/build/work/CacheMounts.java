package dev.gantry.build.work;

import dev.gantry.base.Digest;
import dev.gantry.build.graph.Mount;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/// Directories that stay from build to build, by the ids that Dockerfiles give them.
public final class CacheMounts implements AutoCloseable {
    private static final String HALF = "-half";

    private final Linux linux;
    private final Path directory;
    private final Fd place;

    /// Guards itself.
    private final Map<String, Semaphore> turns = new HashMap<>();

    public CacheMounts(Linux linux, Path directory) {
        this.linux = linux;
        this.directory = directory;
        try {
            this.place = linux.files().openDirectory(directory.toString());
            for (String name : names()) {
                if (name.endsWith(HALF)) {
                    linux.trees().delete(place, name);
                }
            }
        } catch (LinuxError e) {
            throw e.during("open the cache mounts " + directory);
        }
    }

    /// Until it is closed.
    record Taken(Path path, Runnable after) implements AutoCloseable {
        @Override
        public void close() {
            after.run();
        }
    }

    /// Fills a new one.
    interface Filling {
        void fill(Path directory);
    }

    Taken take(Mount.Cache mount, Filling filling) throws InterruptedException {
        return switch (mount.sharing()) {
            case SHARED -> new Taken(made(name(mount, 0), mount, filling), () -> {});
            case LOCKED -> {
                Semaphore turn = turn(name(mount, 0));
                turn.acquire();
                yield held(name(mount, 0), mount, filling, turn);
            }
            case PRIVATE -> {
                for (int i = 0; ; i++) {
                    Semaphore turn = turn(name(mount, i));
                    if (turn.tryAcquire()) {
                        yield held(name(mount, i), mount, filling, turn);
                    }
                }
            }
        };
    }

    private Taken held(String name, Mount.Cache mount, Filling filling, Semaphore turn) {
        try {
            return new Taken(made(name, mount, filling), turn::release);
        } catch (RuntimeException e) {
            turn.release();
            throw e;
        }
    }

    private Semaphore turn(String name) {
        synchronized (turns) {
            return turns.computeIfAbsent(name, _ -> new Semaphore(1, true));
        }
    }

    private static String name(Mount.Cache mount, int number) {
        String kind = mount.sharing() == Mount.Sharing.PRIVATE ? "private " + number + " " : "";
        return Digest.sha256Of(kind + mount.id()).hex();
    }

    private synchronized Path made(String name, Mount.Cache mount, Filling filling) {
        try {
            if (linux.attributes().find(place, name).isEmpty()) {
                String half = name + HALF;
                linux.trees().delete(place, half);
                linux.directories().make(place, half, mount.mode());
                filling.fill(directory.resolve(half));
                linux.attributes().owner(place, half, (int) mount.uid(), (int) mount.gid());
                linux.attributes().mode(place, half, mount.mode());
                linux.directories().renameNew(place, half, place, name);
            }
            return directory.resolve(name);
        } catch (LinuxError e) {
            throw e.during("make the cache mount " + mount.id());
        }
    }

    /// How many were taken away; those in use stay.
    public int prune() {
        int gone = 0;
        for (String name : names()) {
            Semaphore turn = turn(name);
            if (turn.tryAcquire()) {
                try {
                    linux.trees().delete(place, name);
                    gone++;
                } catch (LinuxError e) {
                    if (!e.is(Errno.EBUSY, Errno.EXDEV)) {
                        throw e.during("prune the cache mounts");
                    }
                } finally {
                    turn.release();
                }
            }
        }
        return gone;
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        try (Fd listing = linux.files().open(place, ".", OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN)) {
            for (DirectoryCalls.Entry entry : linux.directories().entries(listing)) {
                names.add(entry.name());
            }
        }
        return names;
    }

    @Override
    public void close() {
        place.close();
    }
}
