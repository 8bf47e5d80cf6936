package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A client of the Engine API that is a program of its own, pointed at a daemon and run on the daemon's host network.
///
/// @param begin its path and the words that come first
final class ClientProgram {
    private static final long LIMIT_SECONDS = 150;

    private final StockDaemon stock;
    private final Path directory;
    private final List<String> begin;

    /// What a command left: its exit code, and both outputs in one.
    record Result(int code, String out) {}

    ClientProgram(StockDaemon stock, Path directory, String... begin) {
        this.stock = stock;
        this.directory = directory;
        this.begin = List.of(begin);
    }

    /// What a command that succeeds prints.
    String out(String... arguments) throws IOException {
        return outWith(Map.of(), arguments);
    }

    String outWith(Map<String, String> environment, String... arguments) throws IOException {
        Result r = run(environment, arguments);
        assertThat(r.code()).as(String.join(" ", arguments) + ": " + r.out()).isZero();
        return r.out().strip();
    }

    Result run(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(stock.daemon().inside());
        command.addAll(begin);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(k -> k.startsWith("DOCKER_") || k.startsWith("COMPOSE_"));
        builder.environment().put("DOCKER_HOST", stock.daemon().host());
        builder.environment().put("DOCKER_CONFIG", "/nonexistent");
        builder.environment().putAll(environment);
        Process process = builder.start();
        Thread watch = Thread.ofVirtual().start(() -> endAtLast(process));
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), out);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException(e);
        } finally {
            watch.interrupt();
        }
    }

    private static void endAtLast(Process process) {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
