package dev.gantry.daemon;

import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.http.InheritedSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sockets that systemd listens with until the daemon does, sd_listen_fds(3).
final class Activation {
    private static final int FIRST = 3; // SD_LISTEN_FDS_START of <systemd/sd-daemon.h>
    private static final String UNIX = "socket:[";

    /// Six columns, the inode, and where it is bound, if in the file system.
    private static final Pattern PATH = Pattern.compile("(?:\\S+\\s+){6}\\d+ (/.*)");

    private Activation() {}

    static List<InheritedSocket> sockets(Host.Inherited host) throws IOException {
        return sockets(host, System.getenv(), ProcessHandle.current().pid(), Path.of("/proc/self"));
    }

    /// `self` is our directory of proc(5).
    static List<InheritedSocket> sockets(Host.Inherited host, Map<String, String> environment, long pid, Path self)
            throws IOException {
        List<String> names = names(environment, pid);
        List<InheritedSocket> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            boolean asked =
                    List.of("", "*", Integer.toString(FIRST + i), names.get(i)).contains(host.which());
            if (asked) {
                found.add(new InheritedSocket(FIRST + i, kind(FIRST + i, self)));
            }
        }
        if (found.isEmpty()) {
            throw new NotFound(
                    "listen at " + host,
                    names.isEmpty() ? "no sockets found via socket activation" : "there are " + names,
                    "make sure the service was started by systemd, with its socket unit");
        }
        return found;
    }

    /// Where those of Unix sockets that have a place are to be found.
    static List<Path> paths(List<Host> hosts) {
        List<Path> all = new ArrayList<>();
        for (Host host : hosts) {
            if (host instanceof Host.Inherited inherited) {
                try {
                    all.addAll(paths(
                            inherited, System.getenv(), ProcessHandle.current().pid(), Path.of("/proc/self")));
                } catch (IOException e) {
                    throw new Internal(
                            "listen at " + host, String.valueOf(e.getMessage()), "name a socket with --host", e);
                }
            }
        }
        return all;
    }

    static List<Path> paths(Host.Inherited host, Map<String, String> environment, long pid, Path self)
            throws IOException {
        List<Path> all = new ArrayList<>();
        for (InheritedSocket socket : sockets(host, environment, pid, self)) {
            unix(socket.descriptor(), self)
                    .map(PATH::matcher)
                    .filter(Matcher::matches)
                    .map(m -> Path.of(m.group(1)))
                    .ifPresent(all::add);
        }
        return all;
    }

    /// One for each descriptor from the first on; they are for us only when our process id is said.
    private static List<String> names(Map<String, String> environment, long pid) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        if (!environment.getOrDefault("LISTEN_PID", "").equals(Long.toString(pid)) || !count.matches("[0-9]{1,4}")) {
            return List.of();
        }
        String[] said = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(count); i++) {
            names.add(i < said.length && !said[i].isEmpty() ? said[i] : "unknown");
        }
        return names;
    }

    private static InheritedSocket.Kind kind(int descriptor, Path self) throws IOException {
        return unix(descriptor, self).isPresent() ? InheritedSocket.Kind.UNIX : InheritedSocket.Kind.TCP;
    }

    /// The line of a socket's inode in the kernel's list of Unix sockets; there is none of one of TCP.
    private static Optional<String> unix(int descriptor, Path self) throws IOException {
        String link = Files.readSymbolicLink(self.resolve("fd").resolve(Integer.toString(descriptor)))
                .toString();
        if (!link.startsWith(UNIX)) {
            throw new IOException("descriptor " + descriptor + " is no socket but " + link);
        }
        String inode = link.substring(UNIX.length(), link.length() - 1);
        try (var lines = Files.lines(self.resolve("net").resolve("unix"))) {
            return lines.filter(l -> l.contains(" " + inode + " ") || l.endsWith(" " + inode))
                    .findFirst();
        }
    }
}
