package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.container.PortBinding;
import dev.gantry.api.container.PortsUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real server behind published ports: who reaches it, whom it sees, and who may forbid it.
@Tag("kernel")
@Timeout(240)
class PublishedPortsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /// The processes below a daemon that has no container.
    private static final int STARTER = 1;

    @TempDir
    static Path dir;

    private static StockDaemon daemon;
    private static Neighbour neighbour;

    @BeforeAll
    static void start() throws IOException {
        daemon = StockDaemon.start(Files.createDirectory(dir.resolve("one")));
        neighbour = Neighbour.of(daemon);
        Nginx.load(daemon, dir);
    }

    @AfterAll
    static void stop() throws IOException {
        if (neighbour != null) {
            neighbour.close();
        }
        if (daemon != null) {
            daemon.close();
        }
    }

    @AfterEach
    void removeAll() throws IOException {
        daemon.removeAll();
        assertThat(daemon.onHost("nft", "list", "ruleset")).doesNotContain("8080", "8081");
    }

    /// A script that prints what the server answers; the host's busybox cannot resolve names, so it is no wget.
    private static String get(String place) {
        int colon = place.lastIndexOf(':');
        String host = place.substring(0, colon).replaceAll("[\\[\\]]", "");
        return "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 2 " + host + " " + place.substring(colon + 1)
                + " 2>/dev/null | tail -n 1 | grep . || echo nothing";
    }

    private static String fromHost(String place) throws IOException {
        return daemon.onHost("sh", "-c", get(place));
    }

    private static String fromContainer(String network, String place) throws IOException {
        return daemon.out("run", "--rm", "--network", network, "busybox:it", "sh", "-c", inside(get(place)));
    }

    private static String inside(String script) {
        return script.replace("grep .", "busybox grep .").replace("printf", "busybox printf");
    }

    private interface Asking {
        String ask() throws IOException;
    }

    private static void until(String expected, Asking asking) {
        Supplier<String> answer = () -> {
            try {
                return asking.ask();
            } catch (IOException e) {
                return e.toString();
            }
        };
        Waiting.until(
                LIMIT,
                () -> expected + ", and not " + answer.get(),
                () -> answer.get().equals(expected));
    }

    @Test
    void nginxIsReachedFromEverywhereAndSeesItsClientUnlessTheAdministratorRefuses() throws IOException {
        daemon.out("network", "create", "--ipv6", "--subnet", "10.91.0.0/24", "--subnet", "fd00:91::/64", "front");
        daemon.out("network", "create", "--ipv6", "--subnet", "10.92.0.0/24", "--subnet", "fd00:92::/64", "other");
        daemon.out("run", "-d", "--name", "web", "--network", "front", "-p", "8080:80", "nginx:it");
        until("192.0.2.1", () -> fromHost("192.0.2.1:8080"));
        assertThat(fromHost("[2001:db8::1]:8080")).isEqualTo("2001:db8::1");
        assertThat(fromHost("127.0.0.1:8080")).isEqualTo("10.91.0.1");
        assertThat(fromHost("[::1]:8080")).as("through a relay").isEqualTo("fd00:91::1");
        assertThat(neighbour.run(get("192.0.2.1:8080"))).isEqualTo("192.0.2.9");
        assertThat(neighbour.run(get("[2001:db8::1]:8080"))).isEqualTo("2001:db8::9");
        assertThat(fromContainer("other", "192.0.2.1:8080")).startsWith("10.92.0.");
        assertThat(fromContainer("other", "[2001:db8::1]:8080")).startsWith("fd00:92::");
        assertThat(fromContainer("front", "192.0.2.1:8080"))
                .as("its own network's")
                .isEqualTo("10.91.0.1");

        String chain = "inet " + daemon.table() + " user-published";
        daemon.onHost(
                "nft", "add rule " + chain + " tcp dport 8080 counter; add rule " + chain + " tcp sport 80 counter");
        assertThat(neighbour.run(get("192.0.2.1:8080"))).isEqualTo("192.0.2.9");
        assertThat(daemon.onHost("nft", "list chain " + chain))
                .as("every packet of the client's, with the port it used, and none of the server's")
                .containsPattern("tcp dport 8080 counter packets ([3-9]|\\d\\d) ")
                .contains("tcp sport 80 counter packets 0 ");
        daemon.onHost("nft", "flush chain " + chain);

        String rules = "add table inet office; add chain inet office forward { type filter hook forward priority 10; };"
                + " add rule inet office forward ip saddr 192.0.2.9 tcp dport 80 drop;"
                + " add rule inet " + daemon.table() + " user-published ip6 saddr 2001:db8::9 tcp dport 8080 drop";
        assertThat(daemon.onHost("nft", rules)).isEmpty();
        assertThat(neighbour.run(get("192.0.2.1:8080"))).contains("nothing");
        assertThat(neighbour.run(get("[2001:db8::1]:8080"))).contains("nothing");
        assertThat(fromContainer("other", "192.0.2.1:8080")).startsWith("10.92.0.");
        daemon.onHost("nft", "delete table inet office; flush chain inet " + daemon.table() + " user-published");
    }

    @Test
    void whatRulesCannotServeIsCarriedAndCarriedAgainByTheNextDaemon() throws IOException {
        daemon.out(
                "run",
                "-d",
                "--name",
                "four",
                "-p",
                "[::1]:8080:80",
                "-p",
                "[2001:db8::1]:8081:80",
                "-p",
                "127.0.0.1:8080:80",
                "nginx:it");
        assertThat(daemon.out("port", "four", "80")).contains("[::1]:8080", "[2001:db8::1]:8081", "127.0.0.1:8080");
        until("172.17.0.1", () -> fromHost("[::1]:8080"));
        assertThat(fromHost("127.0.0.1:8080")).isEqualTo("172.17.0.1");
        assertThat(neighbour.run(get("[2001:db8::1]:8081"))).isEqualTo("172.17.0.1");
        daemon.onHost("nft", "add rule inet " + daemon.table() + " user-published tcp dport 8081 drop");
        assertThat(neighbour.run(get("[2001:db8::1]:8081")))
                .as("the administrator refuses relays, too")
                .contains("nothing");
        daemon.onHost("nft", "flush chain inet " + daemon.table() + " user-published");

        daemon.daemon().kill();
        daemon.daemon().startAgain();
        assertThat(fromHost("[::1]:8080")).isEqualTo("172.17.0.1");
        assertThat(neighbour.run(get("[2001:db8::1]:8081"))).isEqualTo("172.17.0.1");
        daemon.out("rm", "-f", "four");
        assertThat(fromHost("[::1]:8080")).contains("nothing");
    }

    @Test
    void portsComeAndGoWhileAConnectionThroughAnotherGoesOn() throws Exception {
        daemon.out("run", "-d", "--name", "web", "-p", "8080:80", "nginx:it");
        until("192.0.2.9", () -> neighbour.run(get("192.0.2.1:8080")));
        try (EngineClient client = daemon.daemon().client();
                Neighbour.Talk talk = neighbour.talk("192.0.2.1", 8080)) {
            talk.request();
            var added = client.updatePorts("web", new PortsUpdate(ports("80/tcp", "", "8081"), Map.of()));
            assertThat(added.ports().get("80/tcp"))
                    .extracting(PortBinding::hostPort)
                    .containsExactly("8080", "8081");
            assertThat(neighbour.run(get("192.0.2.1:8081"))).isEqualTo("192.0.2.9");
            assertThat(daemon.out("ps", "--format", "{{.Ports}}")).contains("8080->80/tcp", "8081->80/tcp");
            assertThat(daemon.out("inspect", "-f", "{{json .HostConfig.PortBindings}}", "web"))
                    .contains("8080", "8081");
            String soon = Long.toString(Instant.now().getEpochSecond() + 1);
            assertThat(daemon.out("events", "--since", "1m", "--until", soon, "--filter", "event=update"))
                    .contains("container update", "name=web");
            talk.request();

            assertThatThrownBy(() -> client.updatePorts(
                            "web", new PortsUpdate(ports("81/tcp", "", "8081"), ports("80/tcp", "", "8080"))))
                    .as("all of it or nothing")
                    .hasMessageContaining("port is already allocated");
            assertThatThrownBy(() -> client.updatePorts("web", new PortsUpdate(Map.of(), ports("81/tcp", "", ""))))
                    .hasMessageContaining("it is not published");
            assertThat(neighbour.run(get("192.0.2.1:8080"))).isEqualTo("192.0.2.9");

            client.updatePorts("web", new PortsUpdate(ports("80/tcp", "::1", "8081"), ports("80/tcp", "", "8081")));
            assertThat(neighbour.run(get("192.0.2.1:8081"))).contains("nothing");
            assertThat(fromHost("[::1]:8081")).isEqualTo("172.17.0.1");
            talk.request();
        }
        daemon.daemon().kill();
        daemon.daemon().startAgain();
        assertThat(daemon.out("port", "web")).isEqualTo("80/tcp -> 0.0.0.0:8080\n80/tcp -> [::1]:8081");
        daemon.out("restart", "-t", "0", "web");
        until("172.17.0.1", () -> fromHost("[::1]:8081"));
        daemon.out("stop", "-t", "0", "web");
        try (EngineClient client = daemon.daemon().client()) {
            client.updatePorts("web", new PortsUpdate(Map.of(), ports("80/tcp", "", "")));
        }
        daemon.out("start", "web");
        assertThat(daemon.out("port", "web")).isEmpty();
        assertThat(fromHost("[::1]:8081")).contains("nothing");
    }

    private static Map<String, List<PortBinding>> ports(String inside, String address, String port) {
        return Map.of(inside, List.of(new PortBinding(address, port)));
    }

    @Test
    void aThousandPublishedPortsCostNoProcessAndNoThread() throws IOException {
        daemon.out("network", "create", "--ipv6", "--subnet", "10.93.0.0/24", "--subnet", "fd00:93::/64", "wide");
        daemon.out("run", "-d", "--name", "none", "--network", "wide", "-p", "8080:80", "nginx:it");
        until("192.0.2.1", () -> fromHost("192.0.2.1:8080"));
        daemon.out("rm", "-f", "none");
        processesBecome(STARTER);
        int threads = threads();
        daemon.out("run", "-d", "--name", "many", "--network", "wide", "-p", "20000-20999:80-1079", "nginx:it");
        until("192.0.2.1", () -> fromHost("192.0.2.1:20000"));
        // Of the container: its watch, nginx, and its worker.
        processesBecome(STARTER + 3);
        assertThat(threads()).isLessThan(threads + 20);
        assertThat(daemon.out("port", "many").lines()).hasSize(2000);
        assertThat(daemon.onHost(
                        "sh",
                        "-c",
                        "nft list map inet " + daemon.table() + " published4 | grep -o 'tcp \\. 20' | wc -l"))
                .isEqualTo("1000");
        daemon.out("rm", "-f", "many");
        assertThat(daemon.onHost("nft", "list", "ruleset")).doesNotContain("20999");
        processesBecome(STARTER);
    }

    /// Those of a container that was removed end a little later.
    private static void processesBecome(int count) {
        Waiting.until(LIMIT, () -> count + " processes, and not " + processes(), () -> processes() == count);
    }

    /// Below the daemon.
    private static int processes() {
        return (int) ProcessHandle.of(daemon.daemon().pid())
                .orElseThrow()
                .descendants()
                .count();
    }

    private static int threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + daemon.daemon().pid() + "/task"))) {
            return (int) tasks.count();
        }
    }

    @Test
    void twoEnginesOfOneHostLeaveEachOtherAlone() throws IOException {
        daemon.out("run", "-d", "--name", "web", "-p", "8080:80", "nginx:it");
        until("192.0.2.9", () -> neighbour.run(get("192.0.2.1:8080")));
        try (StockDaemon second = StockDaemon.beside(daemon, Files.createDirectory(dir.resolve("two")))) {
            Nginx.load(second, Files.createDirectory(dir.resolve("images")));
            assertThat(second.refusal("run", "--rm", "-p", "8080:80", "nginx:it", "/bin/true"))
                    .contains("address already in use");
            second.out("run", "-d", "--name", "web", "-p", "8081:80", "nginx:it");
            until("192.0.2.9", () -> neighbour.run(get("192.0.2.1:8081")));
            String rules = daemon.onHost("nft", "-sy", "list", "ruleset");
            daemon.daemon().kill();
            second.daemon().kill();
            daemon.daemon().startAgain();
            second.daemon().startAgain();
            assertThat(daemon.onHost("nft", "-sy", "list", "ruleset").lines().sorted())
                    .isEqualTo(rules.lines().sorted().toList());
            assertThat(neighbour.run(get("192.0.2.1:8080"))).isEqualTo("192.0.2.9");
            assertThat(neighbour.run(get("192.0.2.1:8081"))).isEqualTo("192.0.2.9");
            second.removeAll();
            assertThat(neighbour.run(get("192.0.2.1:8081"))).contains("nothing");
            assertThat(neighbour.run(get("192.0.2.1:8080"))).isEqualTo("192.0.2.9");
        }
    }
}
