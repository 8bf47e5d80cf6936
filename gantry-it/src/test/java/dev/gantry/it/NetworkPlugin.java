package dev.gantry.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A sample network and address plugin, in a process of its own on the host network of a daemon: see
/// `network-plugin.py`.
final class NetworkPlugin implements AutoCloseable {
    private static final Path SOCKETS = Path.of("/run/docker/plugins");

    private final DaemonProcess daemon;
    private final Path home;
    private final String name;
    private Process process;

    NetworkPlugin(DaemonProcess daemon, Path home) throws IOException {
        this.daemon = daemon;
        this.home = Files.createDirectories(home);
        this.name = "gtnet" + ProcessHandle.current().pid();
        try (InputStream program =
                Objects.requireNonNull(NetworkPlugin.class.getResourceAsStream("/network-plugin.py"))) {
            Files.write(home.resolve("plugin.py"), program.readAllBytes());
        }
        Files.createDirectories(SOCKETS);
        start();
    }

    String name() {
        return name;
    }

    void start() throws IOException {
        List<String> command = new ArrayList<>(daemon.inside());
        Files.deleteIfExists(socket());
        command.addAll(List.of("python3", home.resolve("plugin.py").toString(), socket().toString(), home.toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("out").toFile()))
                .start();
        Waiting.until(Duration.ofSeconds(30), () -> "the plugin does not listen", () -> Files.exists(socket()));
    }

    private Path socket() {
        return SOCKETS.resolve(name + ".sock");
    }

    /// SIGKILL.
    void kill() {
        try {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Lines such as `NetworkDriver.Join hang`; none: it behaves.
    void faults(String... lines) throws IOException {
        Files.write(home.resolve("faults"), List.of(lines));
    }

    List<String> calls() throws IOException {
        Path calls = home.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    /// The methods that it was asked, in order.
    List<String> methods() throws IOException {
        return calls().stream().map(c -> c.substring(0, c.indexOf(' '))).toList();
    }

    void forgetCalls() throws IOException {
        Files.deleteIfExists(home.resolve("calls"));
    }

    /// JSON.
    String state() throws IOException {
        return Files.readString(home.resolve("state"));
    }

    @Override
    public void close() {
        kill();
        try {
            Files.deleteIfExists(socket());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
