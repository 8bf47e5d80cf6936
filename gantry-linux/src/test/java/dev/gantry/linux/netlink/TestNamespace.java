package dev.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/// A network namespace of a test's own, with sockets that a helper process opened inside and passed over a Unix
/// socket, as a launched process does it. Gone with everything in it when closed.
public final class TestNamespace implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final AtomicInteger COUNT = new AtomicInteger();

    /// Opens two route and two netfilter sockets and its own namespace, and passes them to who connects.
    private static final String HELPER = """
            import array, os, socket, sys
            own = [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, p).detach() for p in (0, 0, 12, 12)]
            own.append(os.open("/proc/self/ns/net", os.O_RDONLY))
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(sys.argv[1])
            listener.listen()
            print("ready", flush=True)
            connection, _ = listener.accept()
            connection.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", own))])
            """;

    private final String name;
    private final Fd descriptor;
    private final NetlinkSocket route;
    private final NetlinkSocket routeEvents;
    private final NetlinkSocket netfilter;
    private final NetlinkSocket netfilterEvents;

    private TestNamespace(String name, List<Fd> fds) {
        Linux linux = Linux.host();
        this.name = name;
        this.route = NetlinkSocket.over(linux, fds.get(0), NetlinkSocket.Protocol.ROUTE, TIMEOUT);
        this.routeEvents = NetlinkSocket.over(linux, fds.get(1), NetlinkSocket.Protocol.ROUTE, TIMEOUT);
        this.netfilter = NetlinkSocket.over(linux, fds.get(2), NetlinkSocket.Protocol.NETFILTER, TIMEOUT);
        this.netfilterEvents = NetlinkSocket.over(linux, fds.get(3), NetlinkSocket.Protocol.NETFILTER, TIMEOUT);
        this.descriptor = fds.get(4);
    }

    public static TestNamespace open() {
        Assumptions.assumeTrue(
                Linux.host().processes().effectiveUid() == 0, "not root: no network namespace of its own");
        for (String command : List.of("ip", "nft", "python3")) {
            Assumptions.assumeTrue(isInstalled(command), "no " + command + " to ask the kernel with");
        }
        String name = "gtest-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        command("ip", "netns", "add", name);
        try {
            Path directory = Files.createTempDirectory("gantry-netns");
            Path socket = directory.resolve("socket");
            try {
                return new TestNamespace(name, receive(name, socket));
            } finally {
                Files.deleteIfExists(socket);
                Files.delete(directory);
            }
        } catch (IOException | InterruptedException e) {
            command("ip", "netns", "delete", name);
            throw new AssertionError(e);
        }
    }

    private static List<Fd> receive(String name, Path path) throws IOException, InterruptedException {
        Process helper = new ProcessBuilder("ip", "netns", "exec", name, "python3", "-c", HELPER, path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(helper.inputReader().readLine()).isEqualTo("ready");
            try (Fd connection = Linux.host().sockets().connectUnix(path.toString())) {
                List<Fd> fds =
                        Linux.host().sockets().receivePassed(connection, 16, 8).descriptors();
                assertThat(fds).hasSize(5);
                assertThat(helper.waitFor(60, TimeUnit.SECONDS)).isTrue();
                return fds;
            }
        } finally {
            helper.destroyForcibly();
        }
    }

    private static boolean isInstalled(String command) {
        return List.of("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/local/bin/").stream()
                .anyMatch(d -> Files.isExecutable(Path.of(d + command)));
    }

    public NetlinkSocket route() {
        return route;
    }

    public NetlinkSocket routeEvents() {
        return routeEvents;
    }

    public NetlinkSocket netfilter() {
        return netfilter;
    }

    public NetlinkSocket netfilterEvents() {
        return netfilterEvents;
    }

    /// The namespace itself.
    public Fd descriptor() {
        return descriptor;
    }

    /// What a command inside prints, with runs of blanks made one.
    public String run(String... command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(List.of(command));
        return command(words.toArray(String[]::new)).replaceAll("\\s+", " ");
    }

    /// Starts a command inside, which the caller ends.
    public Process start(String... command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(List.of(command));
        try {
            return new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        for (AutoCloseable c : List.of(route, routeEvents, netfilter, netfilterEvents, descriptor)) {
            try {
                c.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        command("ip", "netns", "delete", name);
    }

    private static String command(String... words) {
        try {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor())
                    .as(String.join(" ", words) + "\n" + output)
                    .isZero();
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
