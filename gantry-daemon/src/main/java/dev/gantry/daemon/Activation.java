package dev.gantry.daemon;

import dev.gantry.base.NotFound;
import dev.gantry.daemon.http.InheritedSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Sockets that systemd listens with until the daemon does, sd_listen_fds(3).
final class Activation {
    private static final int FIRST = 3; // SD_LISTEN_FDS_START of <systemd/sd-daemon.h>
    private static final String UNIX = "socket:[";

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

    /// A socket's inode is in the kernel's list of Unix sockets, or it is one of TCP.
    private static InheritedSocket.Kind kind(int descriptor, Path self) throws IOException {
        String link = Files.readSymbolicLink(self.resolve("fd").resolve(Integer.toString(descriptor)))
                .toString();
        if (!link.startsWith(UNIX)) {
            throw new IOException("descriptor " + descriptor + " is no socket but " + link);
        }
        String inode = link.substring(UNIX.length(), link.length() - 1);
        try (var lines = Files.lines(self.resolve("net").resolve("unix"))) {
            return lines.anyMatch(l -> l.contains(" " + inode + " ") || l.endsWith(" " + inode))
                    ? InheritedSocket.Kind.UNIX
                    : InheritedSocket.Kind.TCP;
        }
    }
}
