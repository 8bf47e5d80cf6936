package dev.gantry.build.work;

import dev.gantry.base.Digest;
import dev.gantry.build.graph.Mount;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/// Directories that stay from build to build, by the ids that Dockerfiles give them.
public final class CacheMounts {
    private final Linux linux;
    private final Shelf shelf;

    /// Guards itself.
    private final Map<String, Semaphore> turns = new HashMap<>();

    public CacheMounts(Linux linux, Shelf shelf) {
        this.linux = linux;
        this.shelf = shelf;
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
        void fill(Mount.Cache mount, Fd place, String name);
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
                Shelf.Taken taken = made(name, mount, filling);
                after.push(taken::close);
                paths.put(mount.id(), taken.path());
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

    private Shelf.Taken made(String name, Mount.Cache mount, Filling filling) {
        var label = new Shelf.Label("exec.cachemount", "cached mount " + mount.target() + " with id " + mount.id());
        return shelf.take(name, label, (Fd place, String half) -> {
            linux.directories().make(place, half, mount.mode());
            filling.fill(mount, place, half);
            linux.attributes().owner(place, half, (int) mount.uid(), (int) mount.gid());
            linux.attributes().mode(place, half, mount.mode());
        });
    }
}
