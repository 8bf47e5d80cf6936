package dev.gantry.embedded;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A shell that reads from a pipe of this program. A word lets it go; when the pipe ends without one, the program was
/// killed, and the shell becomes a [Sweep]. It costs nothing until then, and ignores what a terminal sends.
final class Guard {
    private static final String WAIT = "trap '' HUP INT QUIT TERM; read word || exec \"$@\"";

    private final Process shell;

    private Guard(Process shell) {
        this.shell = shell;
    }

    static Guard start(Path home) {
        try {
            Path log = Files.createDirectories(home).resolve("sweep.log");
            Process shell = new ProcessBuilder(List.of(
                            "/bin/sh",
                            "-c",
                            WAIT,
                            "gantry-guard",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Dgantry.shim=" + System.getProperty("gantry.shim", ""),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Sweep.class.getName(),
                            home.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())) // of whoever has the root open
                    .start();
            return new Guard(shell);
        } catch (IOException e) {
            throw new Internal("start the guard of " + home, String.valueOf(e.getMessage()), "choose another root", e);
        }
    }

    /// Whether it is a sweep that holds the root now.
    static boolean isSweeping(Path home) {
        try {
            String pid = Files.readString(home.resolve("data/lock")).strip();
            return pid.matches("[0-9]{1,10}")
                    && Files.readString(Path.of("/proc", pid, "cmdline")).contains(Sweep.class.getName());
        } catch (IOException e) {
            return true; // it ends in this very moment
        }
    }

    void dismiss() {
        try (OutputStream pipe = shell.getOutputStream()) {
            pipe.write("done\n".getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
            shell.waitFor();
        } catch (IOException e) {
            shell.destroyForcibly(); // it is gone already
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
