package dev.gantry.daemon.client;

import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The terminal of this process, by stty(1): it knows every kernel's settings, and costs nothing to commands without
/// one.
final class ProcessTerminal implements Caller.Terminal {
    private final int descriptor;

    ProcessTerminal(int descriptor) {
        this.descriptor = descriptor;
    }

    @Override
    public Caller.Size size() {
        String[] words = stty("size").strip().split(" ");
        try {
            return new Caller.Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return new Caller.Size(0, 0);
        }
    }

    @Override
    public Caller.Scope raw() {
        String before = stty("-g").strip();
        stty("raw", "-echo");
        // Also when the process is ended from outside: a terminal left raw is of no use to its user.
        Thread restore = new Thread(() -> stty(before));
        Runtime.getRuntime().addShutdownHook(restore);
        return () -> {
            Runtime.getRuntime().removeShutdownHook(restore);
            stty(before);
        };
    }

    @Override
    public Caller.Scope onResize(Runnable changed) {
        return ProcessCaller.handle("WINCH", changed);
    }

    private String stty(String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(
                        descriptor == 0
                                ? ProcessBuilder.Redirect.INHERIT
                                : ProcessBuilder.Redirect.from(new java.io.File("/proc/self/fd/" + descriptor)))
                .redirectErrorStream(true);
        try {
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new Unavailable("set up the terminal", said.strip(), "run the command without -t");
            }
            return said;
        } catch (IOException e) {
            throw new Unavailable(
                    "set up the terminal", "stty cannot be run: " + e.getMessage(), "install coreutils", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("set up the terminal", "the command was interrupted", "run it again", e);
        }
    }
}
