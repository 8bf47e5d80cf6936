package dev.gantry.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the containers of these tests' daemons may leave behind: mounts below a directory, cgroups, namespaces,
/// processes. Other engines of this host come and go.
record HostState(
        Path directory, Set<String> mounts, Set<String> cgroups, Set<String> namespaces, Set<String> processes) {
    private static final Path TOP = Path.of("/sys/fs/cgroup");

    /// @param directory where the daemons have their roots
    static HostState observe(Path directory) {
        try {
            return new HostState(directory, mountsNow(directory), cgroupsNow(), namespacesNow(), processesNow());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Waits until the host is as `this` again (orphans are reaped late on some machines), else says what is left.
    void mustComeBack(Duration limit) {
        Waiting.until(
                limit,
                () -> "left behind: " + observe(directory).without(this),
                () -> observe(directory).without(this).isEmpty());
    }

    private List<String> without(HostState before) {
        List<String> more = new ArrayList<>();
        addMore(more, "mount", mounts, before.mounts);
        addMore(more, "cgroup", cgroups, before.cgroups);
        addMore(more, "namespace", namespaces, before.namespaces);
        addMore(more, "process", processes, before.processes);
        return more;
    }

    private static void addMore(List<String> all, String kind, Set<String> now, Set<String> before) {
        now.stream().filter(x -> !before.contains(x)).forEach(x -> all.add(kind + " " + x));
    }

    private static Set<String> mountsNow(Path directory) throws IOException {
        Set<String> found = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(directory.toString())) {
                String[] fields = line.split(" ");
                found.add(fields[2] + " " + fields[4]);
            }
        }
        return found;
    }

    private static Set<String> cgroupsNow() throws IOException {
        Set<String> found = new TreeSet<>();
        below(TOP, 6, path -> {
            if (path.toString().contains("/" + DaemonProcess.GROUPS) && Files.isDirectory(path)) {
                found.add(path.toString());
            }
        });
        return found;
    }

    /// This directory and all that is in it. Something may go while we look: that is no failure.
    static List<Path> below(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        below(directory, Integer.MAX_VALUE, found::add);
        return found;
    }

    private static void below(Path directory, int depth, Consumer<Path> found) throws IOException {
        Files.walkFileTree(directory, Set.of(), depth, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                found.accept(path);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                found.accept(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static Set<String> namespacesNow() throws IOException {
        Set<String> found = new TreeSet<>();
        for (Path process : ownProcesses()) {
            for (String kind : List.of("net", "mnt", "pid", "ipc", "uts", "user", "cgroup", "time")) {
                try {
                    found.add(Files.readSymbolicLink(process.resolve("ns").resolve(kind))
                            .toString());
                } catch (IOException _) {
                    // The process ended, or is a kernel thread.
                }
            }
        }
        return found;
    }

    private static Set<String> processesNow() throws IOException {
        Set<String> found = new TreeSet<>();
        for (Path process : ownProcesses()) {
            try {
                found.add(process.getFileName() + " "
                        + Files.readString(process.resolve("cmdline")).replace('\0', ' '));
            } catch (IOException _) {
                // The process ended.
            }
        }
        return found;
    }

    /// Also those that nobody has reaped.
    private static List<Path> ownProcesses() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(p -> Character.isDigit(p.getFileName().toString().charAt(0)))
                    .filter(HostState::isOwn)
                    .toList();
        }
    }

    private static boolean isOwn(Path process) {
        try {
            return Files.readString(process.resolve("cgroup")).contains("/" + DaemonProcess.GROUPS)
                    || isUnreaped(Files.readString(process.resolve("stat")));
        } catch (IOException ended) {
            return false;
        }
    }

    /// A child of these tests that has ended; it is in no group any more. proc_pid_stat(5)
    private static boolean isUnreaped(String stat) {
        String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return behindName[0].equals("Z")
                && stat.contains("gantry")
                && Long.parseLong(behindName[1]) == ProcessHandle.current().pid();
    }

    /// Those of a daemon that has ended, its parents included; what is not empty soon stays to be found.
    static void removeGroups(String name) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!removed(name) && System.nanoTime() < deadline) {
            Waiting.pause();
        }
    }

    private static boolean removed(String name) {
        try (Stream<Path> hierarchies = Files.list(TOP)) {
            for (Path group :
                    hierarchies.map(h -> h.resolve(name)).filter(Files::exists).toList()) {
                try (Stream<Path> all = Files.walk(group)) {
                    for (Path d : all.filter(Files::isDirectory).toList().reversed()) {
                        Files.deleteIfExists(d);
                    }
                }
            }
            return true;
        } catch (IOException | UncheckedIOException busy) {
            return false;
        }
    }
}
