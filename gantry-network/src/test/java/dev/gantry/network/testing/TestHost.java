package dev.gantry.network.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.network.driver.ContainerSockets;
import dev.gantry.network.driver.HostSettings;
import dev.gantry.network.driver.KernelNetworks;
import dev.gantry.network.driver.ResolverSockets;
import dev.gantry.network.driver.Underlay;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.model.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/// A network namespace that a process holds, which passes descriptors of it and of sockets opened inside: a
/// host of a test's own, or a container. It has no name and ends with the process.
public final class TestHost implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// Serves each connection with new sockets, until its input ends.
    private static final String HELPER = """
            import array, os, socket, sys, threading
            os.system("ip link set lo up")
            def resolver(kind):
                s = socket.socket(socket.AF_INET, kind)
                s.bind(("127.0.0.11", 0))
                return s
            udp, tcp = resolver(socket.SOCK_DGRAM), resolver(socket.SOCK_STREAM)
            tcp.listen()
            def xfrm():
                try:
                    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6).detach()
                except OSError:
                    return os.open("/dev/null", os.O_RDONLY)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(sys.argv[1])
            listener.listen()
            def serve():
                while True:
                    c, _ = listener.accept()
                    fds = [os.open("/proc/self/ns/net", os.O_RDONLY)]
                    fds += [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, p).detach() for p in (0, 12, 12, 0)]
                    fds += [xfrm()]
                    c.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                        array.array("i", fds + [udp.fileno(), tcp.fileno()]))])
                    for f in fds: os.close(f)
                    c.close()
            threading.Thread(target=serve, daemon=True).start()
            print("ready", flush=True)
            sys.stdin.read()
            """;

    private final Path directory;
    private final Process process;

    private TestHost(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    public static TestHost open() {
        Assumptions.assumeTrue(Tool.isRoot(), "needs root for network namespaces");
        for (String tool : List.of("ip", "nft", "python3", "nsenter", "unshare", "busybox")) {
            Assumptions.assumeTrue(Tool.isThere(tool), "needs " + tool);
        }
        try {
            Path directory = Files.createTempDirectory("gantry-host");
            Process process = new ProcessBuilder(
                            "unshare",
                            "-n",
                            "python3",
                            "-c",
                            HELPER,
                            directory.resolve("s").toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertThat(process.inputReader().readLine()).isEqualTo("ready");
            return new TestHost(directory, process);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Where [#socketsAt] gets them, for another process.
    public Path place() {
        return directory.resolve("s");
    }

    private List<Fd> descriptors() {
        return descriptors(place());
    }

    private static List<Fd> descriptors(Path place) {
        try (Fd connection = Linux.host().sockets().connectUnix(place.toString())) {
            List<Fd> fds =
                    Linux.host().sockets().receivePassed(connection, 16, 8).descriptors();
            assertThat(fds).hasSize(8);
            return fds;
        }
    }

    /// New sockets, as a watch gives them.
    public ContainerSockets sockets() {
        return socketsAt(place());
    }

    public static ContainerSockets socketsAt(Path place) {
        List<Fd> fds = descriptors(place);
        fds.subList(3, 8).forEach(Fd::close);
        return ContainerSockets.over(Linux.host(), fds.get(0), fds.get(1), fds.get(2));
    }

    /// The same two sockets each time.
    public ResolverSockets resolver() {
        List<Fd> fds = descriptors();
        fds.subList(0, 6).forEach(Fd::close);
        return new ResolverSockets(fds.get(6), fds.get(7));
    }

    /// A driver whose host this is.
    public KernelNetworks driver(Instance instance) {
        return driver(instance, Underlay.NONE);
    }

    /// The same, with tunnels to other hosts.
    public KernelNetworks driver(Instance instance, Underlay underlay) {
        List<Fd> fds = descriptors();
        fds.get(0).close();
        fds.subList(5, 8).forEach(Fd::close);
        Linux linux = Linux.host();
        var sockets = new KernelNetworks.HostSockets(
                NetlinkSocket.over(linux, fds.get(1), NetlinkSocket.Protocol.ROUTE, TIMEOUT),
                NetlinkSocket.over(linux, fds.get(2), NetlinkSocket.Protocol.NETFILTER, TIMEOUT),
                NetlinkSocket.over(linux, fds.get(3), NetlinkSocket.Protocol.NETFILTER, TIMEOUT),
                NetlinkSocket.over(linux, fds.get(4), NetlinkSocket.Protocol.ROUTE, TIMEOUT));
        return new KernelNetworks(instance, underlay, sockets, this::xfrm, new Settings());
    }

    /// To the IPsec of this host.
    public NetlinkSocket xfrm() {
        List<Fd> fds = descriptors();
        fds.subList(0, 5).forEach(Fd::close);
        fds.subList(6, 8).forEach(Fd::close);
        return NetlinkSocket.over(Linux.host(), fds.get(5), NetlinkSocket.Protocol.XFRM, TIMEOUT);
    }

    private final class Settings implements HostSettings {
        @Override
        public String read(String name) {
            return run("cat /proc/sys/" + HostSettings.path(name)).strip();
        }

        @Override
        public void set(Sysctl setting) {
            run("echo " + setting.value() + " > /proc/sys/" + HostSettings.path(setting.name()));
        }
    }

    public long pid() {
        return process.pid();
    }

    /// What a script inside prints, which succeeds.
    public String run(String script) {
        Tool.Result result = tryRun(script);
        assertThat(result.code()).as(script + "\n" + result.output()).isZero();
        return result.output();
    }

    public Tool.Result tryRun(String script) {
        return Tool.run("", command(script));
    }

    private List<String> command(String script) {
        return List.of("nsenter", "--net=/proc/" + process.pid() + "/ns/net", "sh", "-ec", script);
    }

    /// Starts a script inside, which the caller ends.
    public Process start(String script) {
        try {
            return new ProcessBuilder(command("exec " + script))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Serves, on this port and both families, the address that its client has.
    public Process serve(int port) {
        Process server = start("python3 -uc 'import socket\ns = socket.create_server((\"::\", " + port
                + "), family=socket.AF_INET6, dualstack_ipv6=True)\nprint(\"ready\")\n"
                + "while True:\n c, a = s.accept()\n c.sendall(a[0].replace(\"::ffff:\", \"\").encode())\n c.close()'");
        try {
            assertThat(server.inputReader().readLine()).isEqualTo("ready");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return server;
    }

    /// What a server at this place says to who connects, `-` when nothing within half a second.
    public String ask(String address, int port) {
        return tryRun("python3 -c 'import socket\ntry:\n"
                        + " c = socket.create_connection((\"" + address + "\", " + port + "), 0.5)\n"
                        + " print(c.recv(100).decode())\nexcept OSError: print(\"-\")'")
                .output()
                .strip();
    }

    /// Whether an address answers, for which there is time enough also on a busy machine.
    public boolean pings(String address) {
        return pings(address, 5);
    }

    /// The same within a second. What is near answers sooner: little time is enough to notice what should not.
    public boolean pingsAtOnce(String address) {
        return pings(address, 1);
    }

    private boolean pings(String address, int seconds) {
        String command = address.contains(":") ? "ping6" : "ping";
        return tryRun("busybox " + command + " -c1 -W" + seconds + " " + address)
                        .code()
                == 0;
    }

    public static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: " + what).isLessThan(end);
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(directory.resolve("s"));
            Files.delete(directory);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
