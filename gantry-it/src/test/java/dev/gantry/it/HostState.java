package dev.gantry.it;

import java.io.IOException;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a container may leave behind: mounts, cgroups, namespaces, processes of ours, interfaces.
record HostState(Set<String> mounts, Set<String> cgroups, Set<String> namespaces, Set<String> processes) {

    static HostState observe() {
        try {
            return new HostState(mountsNow(), cgroupsNow(), namespacesNow(), processesNow());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Waits until the host is as `this` again (orphans are reaped late on some machines), else says what is left.
    void mustComeBack(Duration limit) {
        Waiting.until(
                limit,
                () -> "left behind: " + observe().without(this),
                () -> observe().without(this).isEmpty());
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

    private static Set<String> mountsNow() throws IOException {
        Set<String> found = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            String[] fields = line.split(" ");
            found.add(fields[2] + " " + fields[4]);
        }
        return found;
    }

    private static Set<String> cgroupsNow() throws IOException {
        Set<String> found = new TreeSet<>();
        Path top = Path.of("/sys/fs/cgroup");
        if (!Files.isDirectory(top)) {
            return found;
        }
        // A group may go while we look: that is what is waited for, and no failure.
        Files.walkFileTree(top, Set.of(), 6, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String path = directory.toString();
                // The parents that all daemons of a host share stay.
                if (path.contains("/gantry") && !path.matches(".*/gantry(/(daemon|watch))?")) {
                    found.add(path);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static Set<String> namespacesNow() throws IOException {
        Set<String> found = new TreeSet<>();
        for (Path process : processDirectories()) {
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
        for (Path process : processDirectories()) {
            try {
                String command = Files.readString(process.resolve("cmdline")).replace('\0', ' ');
                String stat = Files.readString(process.resolve("stat"));
                boolean zombie = stat.substring(stat.lastIndexOf(')') + 2).startsWith("Z");
                if (command.contains("gantry-shim") || (zombie && stat.contains("gantry"))) {
                    found.add(process.getFileName() + " " + command);
                }
            } catch (IOException _) {
                // The process ended.
            }
        }
        return found;
    }

    private static List<Path> processDirectories() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(p -> Character.isDigit(p.getFileName().toString().charAt(0)))
                    .toList();
        }
    }
}
