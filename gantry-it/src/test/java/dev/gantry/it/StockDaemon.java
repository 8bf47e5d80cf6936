package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.network.model.Instance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A daemon of ours on a host network of its own, with the image `busybox:it`, and the stock `docker` client before it.
final class StockDaemon implements AutoCloseable {
    private final DaemonProcess daemon;
    private final Docker docker;

    private StockDaemon(DaemonProcess daemon, Docker docker) {
        this.daemon = daemon;
        this.docker = docker;
    }

    /// Skips the test where there is no client, no busybox, or no right to.
    static StockDaemon start(Path directory) throws IOException {
        Docker docker = client(directory);
        return with(directory, DaemonProcess.startApart(directory), docker);
    }

    /// A second one, with its own roots, on the host network of the first.
    static StockDaemon beside(StockDaemon first, Path directory) throws IOException {
        Docker docker = client(directory);
        return with(directory, DaemonProcess.startBeside(first.daemon, directory), docker);
    }

    /// One whose containers have user namespaces: ids from `first` on.
    static StockDaemon remapped(Path directory, long first) throws IOException {
        Docker docker = client(directory);
        Path ids = Files.writeString(directory.resolve("subids"), "nobody:" + first + ":65536\n");
        var over = Map.of(
                ids, Path.of("/etc/subuid"), Files.copy(ids, directory.resolve("subgids")), Path.of("/etc/subgid"));
        return with(directory, DaemonProcess.startOver(directory, over, "--userns-remap", "nobody"), docker);
    }

    /// One that is experimental, and finds programs in this PATH.
    static StockDaemon experimental(Path directory, String path) throws IOException {
        Docker docker = client(directory);
        return with(
                directory, DaemonProcess.startApartTold(directory, List.of("PATH=" + path), "--experimental"), docker);
    }

    private static Docker client(Path directory) {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        return new Docker("unix://" + directory.resolve("s"));
    }

    private static StockDaemon with(Path directory, DaemonProcess process, Docker docker) throws IOException {
        StockDaemon made = new StockDaemon(process, docker);
        try {
            Path rootfs = Rootfs.busybox(directory.resolve("rootfs"));
            made.out(
                    "import",
                    Rootfs.tarball(rootfs, directory.resolve("rootfs.tar")).toString(),
                    "busybox:it");
            return made;
        } catch (IOException | RuntimeException | AssertionError e) {
            process.close();
            throw e;
        }
    }

    DaemonProcess daemon() {
        return daemon;
    }

    Docker docker() {
        return docker;
    }

    /// Its rules.
    String table() {
        return Instance.ofRoot(daemon.data().toString()).table();
    }

    /// What a command that succeeds prints.
    String out(String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.err()).as(String.join(" ", arguments)).isEmpty();
        assertThat(r.code()).as(String.join(" ", arguments)).isZero();
        return r.out().strip();
    }

    /// What a command says that is refused.
    String refusal(String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.code()).as(String.join(" ", arguments) + ": " + r.out()).isNotZero();
        return r.err();
    }

    /// What a command on the daemon's host network prints.
    String onHost(String... command) throws IOException {
        List<String> all = new ArrayList<>(daemon.inside());
        all.addAll(List.of(command));
        Process p = new ProcessBuilder(all).redirectErrorStream(true).start();
        p.getOutputStream().close();
        return new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /// Containers, and networks that nobody is in.
    void removeAll() throws IOException {
        for (String id : docker.run("ps", "-aq").out().lines().toList()) {
            docker.run("rm", "-f", id);
        }
        docker.run("network", "prune", "-f");
    }

    @Override
    public void close() {
        daemon.close();
    }
}
