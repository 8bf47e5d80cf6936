package dev.gantry.engine.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a container's first process has from outside, as CRIU calls it.
final class InitStreams {
    private static final String NULL = "/dev/null";

    private InitStreams() {}

    /// For standard input, output and error; empty for what it does not share with its watch. A program may have put
    /// something else in its place.
    static List<String> of(Path proc, long pid) throws IOException {
        Path init = proc.resolve(Long.toString(pid));
        Set<String> pipes = pipes(proc.resolve(parent(init)).resolve("fd"));
        Set<Long> mounts = new HashSet<>();
        for (String line : Files.readAllLines(init.resolve("mountinfo"))) {
            mounts.add(Long.valueOf(line.substring(0, line.indexOf(' '))));
        }
        List<String> keys = new ArrayList<>();
        for (int fd = 0; fd < 3; fd++) {
            Path place = init.resolve("fd/" + fd);
            String target =
                    Files.isSymbolicLink(place) ? Files.readSymbolicLink(place).toString() : "";
            if (pipes.contains(target) && !keys.contains(target)) {
                keys.add(target);
            } else if (target.equals(NULL) && !mounts.contains(mount(init, fd))) {
                keys.add(String.format(
                        "file[%x:%x]", mount(init, fd), ((Number) Files.getAttribute(place, "unix:ino")).longValue()));
            } else {
                keys.add("");
            }
        }
        return keys;
    }

    /// The mount points that it sees, but for its root.
    static List<String> mountPoints(Path proc, long pid) throws IOException {
        List<String> all = new ArrayList<>();
        for (String line : Files.readAllLines(proc.resolve(pid + "/mountinfo"))) {
            String place = plain(line.split(" ")[4]);
            if (!place.equals("/")) {
                all.add(place);
            }
        }
        return all;
    }

    /// Blanks and the like are three octal digits there. proc_pid_mountinfo(5)
    static String plain(String escaped) {
        return escaped.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    private static String parent(Path init) throws IOException {
        String stat = Files.readString(init.resolve("stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[1];
    }

    private static long mount(Path init, int fd) throws IOException {
        return Files.readAllLines(init.resolve("fdinfo/" + fd)).stream()
                .filter(line -> line.startsWith("mnt_id:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring("mnt_id:".length()).strip()))
                .findFirst()
                .orElse(-1);
    }

    private static Set<String> pipes(Path descriptors) throws IOException {
        Set<String> pipes = new HashSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
            for (Path one : all) {
                String target = Files.readSymbolicLink(one).toString();
                if (target.startsWith("pipe:")) {
                    pipes.add(target);
                }
            }
        }
        return pipes;
    }
}
