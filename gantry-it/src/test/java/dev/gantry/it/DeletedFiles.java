package dev.gantry.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Files without a name that a process has open: of what a build was given, the daemon keeps no other.
final class DeletedFiles {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private DeletedFiles() {}

    /// Those below a directory.
    static List<String> of(long pid, Path directory) {
        List<String> found = new ArrayList<>();
        try (var all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path fd : (Iterable<Path>) all::iterator) {
                try {
                    String target = Files.readSymbolicLink(fd).toString();
                    if (target.startsWith(directory + "/") && target.endsWith(" (deleted)")) {
                        found.add(target);
                    }
                } catch (IOException _) {
                    // It was closed meanwhile.
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until the spool of builds has none.
    static void goFromSpool(DaemonProcess daemon) {
        Path spool = daemon.data().resolve("build/spool");
        Waiting.until(
                PATIENCE,
                () -> "files of builds are left: " + of(daemon.pid(), spool),
                () -> of(daemon.pid(), spool).isEmpty());
    }
}
