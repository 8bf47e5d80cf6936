package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.runtime.oci.CgroupLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// The end of what a run held outside the file system: its control groups and whatever still runs in them. Usually the
/// watch has done it; this waits for that, and does it itself when the watch is gone.
public final class Releases {
    private static final Duration WATCHES_TURN = Duration.ofSeconds(5);
    private static final Duration ROOTS_TURN = Duration.ofSeconds(30);
    private static final Duration OURS = Duration.ofSeconds(5);

    private final Linux linux;
    private final CgroupLayout layout;
    private final GroupPlaces places;

    public Releases(Linux linux, CgroupLayout layout, GroupPlaces places) {
        this.linux = linux;
        this.layout = layout;
        this.places = places;
    }

    /// Returns when nothing of the run is left.
    void await(Task task, String name) {
        List<Path> groups = groups(name);
        long deadline = System.nanoTime() + WATCHES_TURN.toNanos();
        while (anyLeft(groups)) {
            if (task.watch.gone().isDone() || System.nanoTime() >= deadline) {
                release(name);
                return;
            }
            pause(task);
        }
    }

    /// Returns when the watch has let the container's root go, which waits until what was written is on the disk; false
    /// if that takes too long.
    boolean awaitGone(Task task) {
        long deadline = System.nanoTime() + ROOTS_TURN.toNanos();
        while (!task.watch.gone().isDone() && System.nanoTime() < deadline) {
            pause(task);
        }
        return task.watch.gone().isDone();
    }

    /// It is gone, and will have no groups any more.
    void forget(ContainerId id) {
        places.forget(id);
    }

    /// Kills what is in the groups of `name` and removes them.
    public void release(String name) {
        kill(name);
        remove(name);
    }

    void kill(String name) {
        for (Path group : groups(name)) {
            Path kill = group.resolve("cgroup.kill");
            if (Files.exists(kill)) {
                write(kill, "1");
            }
        }
        // In v1, one by one, until nobody is left: a fork between the reading and the killing is caught by the next
        // round.
        long deadline = System.nanoTime() + OURS.toNanos();
        List<Long> left = processes(name);
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            freeze(name, "FROZEN");
            for (long pid : processes(name)) {
                killFrozen((int) pid);
            }
            freeze(name, "THAWED");
            sleep(Duration.ofMillis(2));
            left = processes(name);
        }
    }

    /// The processes in any group of `name`, and below it: checks of health have groups of their own there.
    List<Long> processes(String name) {
        Set<Long> pids = new LinkedHashSet<>();
        for (Path group : groups(name)) {
            try (Stream<Path> all = Files.walk(group)) {
                for (Path d : all.filter(Files::isDirectory).toList()) {
                    for (String line : Files.readAllLines(d.resolve("cgroup.procs"))) {
                        pids.add(Long.parseLong(line.strip()));
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                // The group is gone, and with it its processes.
            }
        }
        return new ArrayList<>(pids);
    }

    /// Kills the first process of a container, if it is still this very one; with it ends its process namespace. Where
    /// no
    /// groups can be made this is all there is.
    void killInit(int pid, long startTime) {
        try (Fd process = linux.processes().open(pid, startTime)) {
            linux.processes().signal(process, Signals.KILL);
        } catch (LinuxError e) {
            // It is gone, or the pid is another's now.
        }
    }

    /// Through a pidfd. The list was read after the freeze: a frozen process keeps its pid.
    private void killFrozen(int pid) {
        try (Fd process = linux.processes().open(pid)) {
            linux.processes().signal(process, Signals.KILL);
        } catch (LinuxError e) {
            // It is gone already.
        }
    }

    private void remove(String name) {
        long deadline = System.nanoTime() + OURS.toNanos();
        for (Path group : groups(name)) {
            while (!removed(group) && System.nanoTime() < deadline) {
                sleep(Duration.ofMillis(2));
            }
        }
    }

    private static boolean removed(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (IOException e) {
            // Busy: a killed process is not reaped yet.
            return false;
        }
    }

    private void freeze(String name, String state) {
        String freezer = layout.v1().get("freezer");
        if (freezer != null) {
            Path file = Path.of(freezer, places.of(name), "freezer.state");
            if (Files.exists(file)) {
                write(file, state);
            }
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (NoSuchFileException e) {
            // The group went in between.
        } catch (IOException e) {
            // The next round sees whether somebody is left.
        }
    }

    /// The directories of the group in every hierarchy, whether or not they are there.
    List<Path> groups(String name) {
        Set<Path> all = new LinkedHashSet<>();
        layout.v1().values().forEach(mount -> all.add(Path.of(mount, places.of(name))));
        if (!layout.v2().isEmpty()) {
            all.add(Path.of(layout.v2(), places.of(name)));
        }
        return new ArrayList<>(all);
    }

    private static boolean anyLeft(List<Path> groups) {
        return groups.stream().anyMatch(Files::exists);
    }

    private static void pause(Task task) {
        try {
            task.watch.gone().get(1, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The caller looks again.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sleep(Duration.ofMillis(1));
        }
    }

    private static void sleep(Duration d) {
        try {
            Thread.sleep(d);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
