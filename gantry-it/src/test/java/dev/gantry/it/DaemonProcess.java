package dev.gantry.it;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.SocketDialer;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A gantryd of its own, as a process, with its own roots below one directory. It can be killed and started again.
final class DaemonProcess implements AutoCloseable {
    /// How the control groups of all daemons of these tests begin; others on this host have other ones.
    static final String GROUPS = "gantry-it-" + ProcessHandle.current().pid() + "-";

    private final Path root;
    private final @Nullable Process network;
    private final boolean ownsNetwork;

    /// What the command begins with.
    private final List<String> first;

    private final List<String> environment;
    private final List<String> flags;
    private final String group;
    private Process process;
    private boolean killed;

    /// Starts a daemon and waits until it answers.
    static DaemonProcess start(Path root) throws IOException {
        return new DaemonProcess(root, null, List.of());
    }

    /// The same with further flags.
    static DaemonProcess startWith(Path root, String... flags) throws IOException {
        return new DaemonProcess(root, null, List.of(flags));
    }

    /// The same with more in its environment.
    static DaemonProcess startTold(Path root, List<String> environment, String... flags) throws IOException {
        return new DaemonProcess(root, null, true, List.of(), environment, List.of(flags));
    }

    /// The same, on a host network of its own.
    static DaemonProcess startToldApart(Path root, List<String> environment) throws IOException {
        return new DaemonProcess(root, network(), true, List.of(), environment, List.of());
    }

    /// The same on a host network of its own: what it makes there nobody else sees.
    static DaemonProcess startApart(Path root) throws IOException {
        return startOn(network(), root);
    }

    /// The same on a host network that is there already, which ends with it; with further flags.
    static DaemonProcess startOn(Process network, Path root, String... flags) throws IOException {
        return new DaemonProcess(root, network, List.of(flags));
    }

    /// The same on a host network of its own, with more in its environment.
    static DaemonProcess startApartTold(Path root, List<String> environment, String... flags) throws IOException {
        return new DaemonProcess(root, network(), true, List.of(), environment, List.of(flags));
    }

    /// The same in a mount namespace of its own, in which these files stand over those of the host.
    static DaemonProcess startOver(Path root, Map<Path, Path> files, String... flags) throws IOException {
        StringBuilder script = new StringBuilder();
        files.forEach((file, over) -> script.append("mount --bind " + file + " " + over + " && "));
        List<String> first = List.of("unshare", "--mount", "sh", "-c", script + "exec \"$@\"", "sh");
        return new DaemonProcess(root, network(), true, first, List.of(), List.of(flags));
    }

    /// The same, with limits in the words of prlimit(1).
    static DaemonProcess startLimited(Path root, String limits) throws IOException {
        return new DaemonProcess(root, network(), true, List.of("prlimit", limits), List.of(), List.of());
    }

    /// A host network of its own.
    static Process network() throws IOException {
        Process network = new ProcessBuilder(
                        "unshare", "--net", "sh", "-c", "ip link set lo up; echo; exec sleep 1000000")
                .start();
        network.getInputStream().read(); // it is there
        return network;
    }

    /// On the host network of another one.
    static DaemonProcess startBeside(DaemonProcess first, Path root) throws IOException {
        return new DaemonProcess(root, first.network, false, List.of(), List.of(), List.of());
    }

    private DaemonProcess(Path root, @Nullable Process network, List<String> flags) throws IOException {
        this(root, network, true, List.of(), List.of(), flags);
    }

    private DaemonProcess(
            Path root,
            @Nullable Process network,
            boolean ownsNetwork,
            List<String> first,
            List<String> environment,
            List<String> flags)
            throws IOException {
        this.first = first;
        this.environment = environment;
        this.network = network;
        this.ownsNetwork = ownsNetwork;
        this.flags = flags;
        this.root = root;
        this.group = GROUPS + Integer.toHexString(root.hashCode());
        this.process = launch();
    }

    Path data() {
        return root.resolve("data");
    }

    Path run() {
        return root.resolve("run");
    }

    String host() {
        return "unix://" + root.resolve("s");
    }

    EngineClient client() {
        return new EngineClient(new SocketDialer(EngineAddress.parse(host())));
    }

    long pid() {
        return process.pid();
    }

    /// SIGKILL, and nothing else: what the containers do then is the test's business.
    void kill() {
        killed = true;
        process.destroyForcibly();
        waitForEnd();
    }

    /// SIGTERM: the daemon leaves, its containers stay.
    void stop() {
        process.destroy();
        waitForEnd();
    }

    void startAgain() throws IOException {
        process = launch();
        killed = false;
    }

    /// Removes every container and image name, then stops the daemon.
    void clear() {
        try (EngineClient client = client()) {
            for (var container : client.containers(true, "", false, "")) {
                client.removeContainer(container.id(), true, false, false);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        stop();
    }

    String log() throws IOException {
        return Files.readString(root.resolve("daemon.out"));
    }

    /// A test that failed after a kill left containers: another daemon takes them away.
    @Override
    public void close() {
        if (killed) {
            try {
                startAgain();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
        if (process.isAlive()) {
            clear();
        }
        if (network != null && ownsNetwork) {
            network.destroy();
        }
        HostState.removeGroups(group);
    }

    /// What begins a command that is to see the daemon's host network.
    List<String> inside() {
        return network == null ? List.of() : List.of("nsenter", "--net=/proc/" + network.pid() + "/ns/net");
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(inside());
        command.addAll(first);
        if (!environment.isEmpty()) {
            command.add("env");
            command.addAll(environment);
        }
        command.addAll(program(root));
        command.addAll(List.of("--cgroup-parent", group));
        command.addAll(flags);
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        root.resolve("daemon.out").toFile()))
                .start();
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        try (EngineClient client = client()) {
            while (true) {
                try {
                    client.raw(Request.get("/_ping"));
                    return started;
                } catch (Unavailable e) {
                    if (!started.isAlive() || Instant.now().isAfter(deadline)) {
                        started.destroyForcibly();
                        throw new IllegalStateException("the daemon did not start: " + log(), e);
                    }
                    Waiting.pause();
                }
            }
        }
    }

    /// The words of a daemon that has everything below `root`.
    static List<String> program(Path root) {
        Path shim = Path.of(System.getProperty("gantry.shim", "../gantry-runtime/target/shim/gantry-shim"));
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dgantry.shim=" + shim.toAbsolutePath().normalize(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.gantry.daemon.Main",
                "daemon",
                "-H",
                "unix://" + root.resolve("s"),
                "--data-root",
                root.resolve("data").toString(),
                "--exec-root",
                root.resolve("run").toString());
    }

    private void waitForEnd() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the daemon did not end within 60 s of SIGTERM: " + log());
            }
        } catch (InterruptedException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
