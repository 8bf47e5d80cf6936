package dev.gantry.daemon;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The file with our process id, while we live, for those who ask for it.
record PidFile(Optional<Path> path) implements AutoCloseable {
    static PidFile write(Optional<Path> path) {
        if (path.isPresent()) {
            try {
                Files.writeString(path.get(), ProcessHandle.current().pid() + "\n");
            } catch (IOException e) {
                throw new Internal("write " + path.get(), String.valueOf(e), "choose another --pidfile", e);
            }
        }
        return new PidFile(path);
    }

    @Override
    public void close() {
        try {
            if (path.isPresent()) {
                Files.deleteIfExists(path.get());
            }
        } catch (IOException e) {
            throw new Internal("remove " + path.get(), String.valueOf(e), "remove it by hand", e);
        }
    }
}
