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
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/// Directories that stay from build to build, by the ids that Dockerfiles give them.
public final class CacheMounts implements AutoCloseable {
    private static final String HALF = "-half";

    private final Linux linux;
    private final Path directory;
    private final Fd place;

    /// How many steps use a directory. Guarded by the lock of this, under which directories come and go.
    private final Map<String, Integer> users = new HashMap<>();

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

    /// Those of one step by their ids, until it is closed.
    record Taken(Map<String, Path> paths, Endings after) implements AutoCloseable {
        Taken {
            paths = Map.copyOf(paths);
        }

        @Override
        public void close() {
            after.close();
        }
    }

    /// Fills a new one.
    interface Filling {
        void fill(Mount.Cache mount, Path directory);
    }

    /// Each id once, as its first mount wants it, and in one order for all steps: else two could wait for each other.
    Taken take(List<Mount.Cache> mounts, Filling filling) throws InterruptedException {
        var wanted = new TreeMap<String, Mount.Cache>();
        mounts.forEach(mount -> wanted.putIfAbsent(mount.id(), mount));
        var paths = new HashMap<String, Path>();
        var after = new Endings();
        try {
            for (Mount.Cache mount : wanted.values()) {
                String name = turnOf(mount, after);
                paths.put(mount.id(), made(name, mount, filling));
                after.push(() -> left(name));
            }
            return new Taken(paths, after);
        } catch (RuntimeException | InterruptedException e) {
            after.close();
            throw e;
        }
    }

    /// The name of its directory, when it may be used.
    private String turnOf(Mount.Cache mount, Endings after) throws InterruptedException {
        int number = 0;
        switch (mount.sharing()) {
            case SHARED -> {}
            case LOCKED -> {
                Semaphore turn = turn(name(mount, 0));
                turn.acquire();
                after.push(turn::release);
            }
            case PRIVATE -> {
                while (!turn(name(mount, number)).tryAcquire()) {
                    number++;
                }
                after.push(turn(name(mount, number))::release);
            }
        }
        return name(mount, number);
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
                filling.fill(mount, directory.resolve(half));
                linux.attributes().owner(place, half, (int) mount.uid(), (int) mount.gid());
                linux.attributes().mode(place, half, mount.mode());
                linux.directories().renameNew(place, half, place, name);
            }
            users.merge(name, 1, Integer::sum);
            return directory.resolve(name);
        } catch (LinuxError e) {
            throw e.during("make the cache mount " + mount.id());
        }
    }

    private synchronized void left(String name) {
        users.computeIfPresent(name, (_, n) -> n == 1 ? null : n - 1);
    }

    /// How many were taken away; those in use stay.
    public int prune() {
        int gone = 0;
        for (String name : names()) {
            try {
                if (removed(name)) {
                    gone++;
                }
            } catch (LinuxError e) {
                if (!e.is(Errno.EBUSY, Errno.EXDEV)) {
                    throw e.during("prune the cache mounts");
                }
            }
        }
        return gone;
    }

    private synchronized boolean removed(String name) {
        if (name.endsWith(HALF) || users.containsKey(name)) {
            return false;
        }
        linux.trees().delete(place, name);
        return true;
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
