package dev.gantry.daemon.client;

import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/// Programs of the host that a command needs, such as Maven.
final class Programs {
    private Programs() {}

    /// Runs one without input until it ends, and answers its exit code.
    static int run(List<String> command, Path directory, OutputStream printed) {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .start();
        } catch (IOException e) {
            throw new NotFound(
                    "run " + command.getFirst(),
                    String.valueOf(e.getMessage()),
                    "install it, or see that it may be executed",
                    e);
        }
        try (InputStream out = process.getInputStream()) {
            out.transferTo(printed);
            return process.waitFor();
        } catch (IOException e) {
            throw new Unavailable("run " + command.getFirst(), String.valueOf(e.getMessage()), "try again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("run " + command.getFirst(), "it was interrupted", "try again", e);
        } finally {
            process.destroy();
        }
    }
}
