package dev.gantry.engine.network;

import dev.gantry.linux.Fd;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Paths of network namespaces that are descriptors of a process: nothing is mounted for them.
final class Namespaces {
    private Namespaces() {}

    /// By a descriptor of this process, as long as it is open.
    static String ownPath(Fd namespace) {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.number();
    }

    /// The same namespace by a descriptor of another process; empty when it has none.
    static Optional<String> find(long pid, Fd namespace) {
        try {
            Path wanted = Files.readSymbolicLink(Path.of("/proc/self/fd/" + namespace.number()));
            try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
                for (Path fd : all) {
                    if (isSame(fd, wanted)) {
                        return Optional.of(fd.toString());
                    }
                }
            }
            return Optional.empty();
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static boolean isSame(Path fd, Path wanted) {
        try {
            return Files.readSymbolicLink(fd).equals(wanted);
        } catch (IOException closed) {
            return false;
        }
    }
}
