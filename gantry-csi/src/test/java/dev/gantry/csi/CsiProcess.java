package dev.gantry.csi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A [SampleCsi] that runs, and what a test does to it.
final class CsiProcess implements AutoCloseable {
    final Path socket;
    private final Path home;
    private Process process;

    CsiProcess(Path directory) throws IOException {
        home = Files.createDirectories(directory.resolve("csi-home"));
        socket = directory.resolve("csi.sock");
        start();
    }

    void start() {
        try {
            Files.deleteIfExists(socket);
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SampleCsi.class.getName(),
                            socket.toString(),
                            home.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("out").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CsiProcess ready() throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!Files.exists(socket)) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IllegalStateException("the sample does not listen: " + Files.readString(home.resolve("out")));
            }
            Thread.onSpinWait();
        }
        return this;
    }

    void write(String file, String... lines) {
        try {
            Files.write(home.resolve(file), List.of(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The method and request of each call of these methods so far.
    List<String> calls(String... methods) {
        try {
            Path calls = home.resolve("calls");
            return Files.exists(calls)
                    ? Files.readAllLines(calls).stream()
                            .filter(c -> methods.length == 0 || List.of(methods).contains(c.split(" ")[0]))
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The names of all calls but those that only ask.
    List<String> verbs() {
        return calls().stream()
                .map(c -> c.split(" ")[0])
                .filter(c -> !c.startsWith("GetPlugin") && !c.equals("Probe") && !c.contains("GetCapabilities"))
                .filter(c -> !c.equals("NodeGetInfo"))
                .toList();
    }

    void forgetCalls() throws IOException {
        Files.deleteIfExists(home.resolve("calls"));
    }

    String[] volumes() {
        return home.resolve("volumes").toFile().list();
    }

    Path files(String id) {
        return home.resolve("volumes").resolve(id);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
