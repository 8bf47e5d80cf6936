package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Overlay networks of two hosts, each with a daemon of its own, by the stock `docker` client.
@Tag("kernel")
@Timeout(300)
class OverlayTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path dir;

    private static final String SERVE = "while true; do echo hello | busybox nc -l -p 80; done";

    private static OverlayHosts hosts;
    private static HostState before;
    private static Docker one;
    private static Docker two;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        before = HostState.observe(dir);
        Path rootfs = Rootfs.busybox(dir.resolve("rootfs"));
        Path tar = Rootfs.tarball(rootfs, dir.resolve("rootfs.tar"));
        hosts = new OverlayHosts(dir);
        one = hosts.docker1;
        two = hosts.docker2;
        for (Docker docker : List.of(one, two)) {
            assertThat(docker.run("import", tar.toString(), "busybox:it").code())
                    .isZero();
        }
    }

    @AfterAll
    static void stop() {
        if (hosts != null) {
            hosts.close();
            before.mustComeBack(SOON);
        }
    }

    @AfterEach
    void removeAll() throws IOException {
        for (Docker docker : List.of(one, two)) {
            for (String id : docker.run("ps", "-aq").out().lines().toList()) {
                docker.run("rm", "-f", id);
            }
        }
        for (Docker docker : List.of(one, two)) {
            until("no endpoints elsewhere", () -> {
                docker.run("network", "prune", "-f");
                return docker.run("network", "ls", "-q", "--filter", "type=custom")
                        .out()
                        .isBlank();
            });
        }
        for (DaemonProcess host : List.of(hosts.one, hosts.two)) {
            until("no interface left", () -> {
                String links = OverlayHosts.on(host, "ip", "-o", "link");
                return !links.contains(" gv") && !links.contains(" br-") && !links.contains(" vx-");
            });
            // Who the hosts are is in the table as long as the engine names them; nothing else is.
            String rules = OverlayHosts.on(host, "nft", "list", "ruleset")
                    .replaceAll("set tunnel[^{]*\\{[^{}]*\\{[^{}]*\\}[^{}]*\\}", "");
            assertThat(rules).doesNotContain("br-").doesNotContain("192.0.2.");
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(String what, Condition condition) {
        Waiting.until(SOON, () -> what, () -> {
            try {
                return condition.holds();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String out(Docker docker, String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.err()).as(String.join(" ", arguments)).isEmpty();
        assertThat(r.code()).isZero();
        return r.out().strip();
    }

    private static String refusal(Docker docker, String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.code()).as(String.join(" ", arguments)).isNotZero();
        return r.err();
    }

    private static void network(String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("network", "create", "-d", "overlay", "--attachable"));
        words.addAll(List.of(more));
        String id = out(one, words.toArray(String[]::new));
        until(
                "the other host has it, too",
                () -> two.run("network", "inspect", "-f", "{{.Id}}", id)
                        .out()
                        .strip()
                        .equals(id));
    }

    private static void sleeper(Docker docker, String name, String network, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name, "--network", network));
        words.addAll(List.of(more));
        words.addAll(List.of("busybox:it", "sleep", "1000"));
        out(docker, words.toArray(String[]::new));
    }

    private static boolean pings(Docker docker, String from, String... target) throws IOException {
        List<String> words = new ArrayList<>(List.of("exec", from, "busybox", "ping", "-c1", "-W2"));
        words.addAll(List.of(target));
        return docker.run(words.toArray(String[]::new)).code() == 0;
    }

    private static void reach(Docker docker, String from, String... target) {
        until(from + " reaches " + List.of(target), () -> pings(docker, from, target));
    }

    @Test
    void containersOfTwoHostsReachEachOtherByNameAlsoAfterEachDaemonWasKilled() throws Exception {
        network("--ipv6", "--subnet", "10.64.0.0/24", "--subnet", "fd00:64::/64", "wide");
        assertThat(out(two, "network", "ls", "--filter", "name=wide", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"))
                .isEqualTo("wide overlay swarm");
        sleeper(one, "web", "wide", "--network-alias", "www");
        sleeper(two, "db", "wide");
        reach(one, "web", "db");
        reach(two, "db", "web");
        reach(two, "db", "www");
        reach(one, "web", "-6", "db.wide");
        reach(two, "db", "-6", "web");
        assertThat(out(one, "exec", "web", "busybox", "ip", "link", "show", "eth0"))
                .contains("mtu 1450");
        for (DaemonProcess host : List.of(hosts.one, hosts.two)) {
            host.kill();
            assertThat(pings(
                            host == hosts.one ? two : one,
                            host == hosts.one ? "db" : "web",
                            host == hosts.one ? "www" : "db"))
                    .isTrue();
            host.startAgain();
            reach(one, "web", "db");
            reach(two, "db", "web");
        }
        // Containers that come after it are found, and those that went are not.
        sleeper(one, "late", "wide");
        reach(two, "db", "late");
        out(one, "rm", "-f", "web");
        until(
                "the name is gone",
                () -> two.run("exec", "db", "busybox", "nslookup", "web").code() != 0);
        until(
                "its frames go nowhere",
                () -> OverlayHosts.on(hosts.two, "bridge", "fdb")
                                .lines()
                                .filter(l -> l.contains("dst 192.0.2.1"))
                                .count()
                        == 1);
    }

    @Test
    void aContainerInOverlaysAloneHasAWayOutAndPublishesItsPortsOnItsOwnHost() throws IOException {
        network("wide");
        out(one, "run", "-d", "--name", "web", "--network", "wide", "-p", "8080:80", "busybox:it", "sh", "-c", SERVE);
        assertThat(out(one, "exec", "web", "busybox", "ip", "route")).contains("default via 172.", "dev eth1");
        assertThat(out(one, "exec", "web", "cat", "/etc/hosts"))
                .contains("\thost.docker.internal")
                .containsOnlyOnce(out(one, "inspect", "-f", "{{.Config.Hostname}}", "web"));
        assertThat(pings(one, "web", "192.0.2.2")).isTrue();
        assertThat(OverlayHosts.on(hosts.two, "busybox", "nc", "-w", "5", "192.0.2.1", "8080"))
                .isEqualTo("hello");
        // It was nobody's wish: it is not shown where the container is.
        assertThat(out(one, "inspect", "-f", "{{range $n, $e := .NetworkSettings.Networks}}{{$n}} {{end}}", "web"))
                .isEqualTo("wide");
        assertThat(out(one, "port", "web", "80")).contains("0.0.0.0:8080");
        // No container of another network gets in, whatever routes it has.
        assertThat(out(one, "network", "inspect", "-f", "{{len .Containers}}", "docker_gwbridge"))
                .isEqualTo("1");

        sleeper(one, "inner", "wide");
        out(one, "network", "create", "-d", "overlay", "--attachable", "--internal", "deep");
        sleeper(one, "closed", "deep");
        assertThat(out(one, "exec", "closed", "busybox", "ip", "route")).doesNotContain("default");
    }

    @Test
    void runningContainersAreConnectedAndDisconnected() throws IOException {
        network("wide");
        sleeper(one, "web", "wide");
        out(two, "run", "-d", "--name", "app", "busybox:it", "sleep", "1000");
        out(two, "network", "connect", "--alias", "backend", "wide", "app");
        reach(one, "web", "backend");
        reach(two, "app", "web");
        // The default bridge leads out already.
        assertThat(two.run("network", "inspect", "docker_gwbridge").code()).isNotZero();
        out(two, "network", "disconnect", "bridge", "app");
        assertThat(out(two, "exec", "app", "busybox", "ip", "route")).contains("default via");
        assertThat(pings(two, "app", "192.0.2.1")).isTrue();
        out(two, "network", "disconnect", "wide", "app");
        assertThat(out(two, "exec", "app", "busybox", "ip", "-o", "link")).doesNotContain("eth");
        until(
                "the name is gone",
                () -> one.run("exec", "web", "busybox", "nslookup", "backend").code() != 0);
    }

    @Test
    void whatCannotBeIsRefusedInWordsAndChangesNothing() throws IOException {
        network("--subnet", "10.65.0.0/24", "wide");
        assertThat(refusal(two, "network", "rm", "wide")).contains("created on host 192.0.2.1", "remove it there");
        sleeper(two, "db", "wide");
        until("the home knows", () -> one.run("network", "rm", "wide").err().contains("active endpoints"));
        assertThat(refusal(one, "network", "rm", "wide")).contains("name:\"db\" host:\"192.0.2.2\"");
        String taken = out(two, "inspect", "-f", "{{.NetworkSettings.Networks.wide.IPAddress}}", "db");
        assertThat(refusal(one, "run", "--rm", "--network", "wide", "--ip", taken, "busybox:it", "true"))
                .contains("lies in a block of host 192.0.2.2");
        // Nobody's block is the first one's who wants an address of it.
        sleeper(two, "far", "wide", "--ip", "10.65.0.200");
        assertThat(refusal(one, "run", "--rm", "--network", "wide", "--ip", "10.65.0.201", "busybox:it", "true"))
                .contains("lies in a block of host 192.0.2.2");
        out(one, "network", "create", "-d", "overlay", "services");
        assertThat(refusal(one, "run", "--rm", "--network", "services", "busybox:it", "true"))
                .contains("not manually attachable");
        assertThat(refusal(one, "network", "create", "-d", "overlay", "-o", "encrypted", "secret"))
                .contains("IPsec");
        assertThat(refusal(one, "network", "create", "-d", "overlay", "wide")).contains("already exists");
    }

    @Test
    void aNameThatIsTakenOnTheOtherHostIsHeldBackUntilItIsFree() throws IOException {
        out(two, "network", "create", "same");
        String id = out(one, "network", "create", "-d", "overlay", "--attachable", "same");
        until("it is told", () -> hosts.two.log().contains("network with name same already exists"));
        assertThat(out(two, "network", "inspect", "-f", "{{.Driver}}", "same")).isEqualTo("bridge");
        out(two, "network", "rm", "same");
        until(
                "it is there",
                () -> two.run("network", "inspect", "-f", "{{.Id}}", "same")
                        .out()
                        .strip()
                        .equals(id));
        out(one, "network", "rm", "same");
        until("it is gone", () -> two.run("network", "inspect", "same").code() != 0);
    }

    @Test
    void hostsThatWereCutOffFromEachOtherTellWhatDoesNotGoTogether() throws IOException {
        network("--subnet", "10.67.0.0/24", "wide");
        OverlayHosts.on(
                hosts.one,
                "nft",
                "add table inet cut; add chain inet cut in { type filter hook input priority 0; };"
                        + " add chain inet cut out { type filter hook output priority 0; };"
                        + " add rule inet cut in tcp dport 7946 drop; add rule inet cut in tcp sport 7946 drop;"
                        + " add rule inet cut out tcp dport 7946 drop; add rule inet cut out tcp sport 7946 drop");
        String ofOne;
        String ofTwo;
        try {
            ofOne = out(one, "network", "create", "-d", "overlay", "--attachable", "--subnet", "10.68.0.0/24", "same");
            ofTwo = out(two, "network", "create", "-d", "overlay", "--attachable", "--subnet", "10.69.0.0/24", "same");
            sleeper(one, "web", "wide");
            sleeper(two, "web", "wide");
            sleeper(two, "left", "same");
        } finally {
            OverlayHosts.on(hosts.one, "nft", "delete table inet cut");
        }
        until(
                "both sides say so",
                () -> inspects(one, "same").contains("of host 192.0.2.2 is not known here: it has the same name")
                        && inspects(two, "same").contains("of host 192.0.2.1 is not known here: it has the same name"));
        assertThat(hosts.two.log()).contains("network with name same already exists");
        until("so do containers", () -> inspects(one, "wide").contains("of host 192.0.2.2 has the name of "));
        // A name of two leads to both, and nothing has ended.
        sleeper(one, "ask", "wide");
        until(
                "both answer",
                () -> out(one, "exec", "ask", "busybox", "nslookup", "web").split("Address", -1).length == 4);
        assertThat(out(two, "inspect", "-f", "{{.State.Running}}", "left")).isEqualTo("true");
        assertThat(out(one, "network", "inspect", "-f", "{{.Id}}", "same")).isEqualTo(ofOne);
        assertThat(out(two, "network", "inspect", "-f", "{{.Id}}", "same")).isEqualTo(ofTwo);
        // One of the two goes, and the other is everywhere.
        out(one, "network", "rm", "same");
        until("it is known", () -> one.run("network", "inspect", ofTwo).code() == 0);
        sleeper(one, "right", "same");
        reach(one, "right", "left");
        assertThat(inspects(two, "same")).doesNotContain("Conflicts");
        out(one, "rm", "-f", "right");
        out(two, "rm", "-f", "left");
        // Its home may remove it once it has heard that nobody is in it.
        until("it is removed", () -> two.run("network", "rm", ofTwo).code() == 0);
    }

    private static String inspects(Docker docker, String network) throws IOException {
        return out(docker, "network", "inspect", network);
    }

    @Test
    void aDaemonThatIsKilledAtRandomMomentsIsRightWithTheOtherHostAfterIt() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        network("--subnet", "10.66.0.0/24", "wide");
        sleeper(two, "db", "wide");
        for (int i = 0; i < 4; i++) {
            String round = "r" + i;
            Thread work = Thread.ofVirtual().start(() -> churn(round));
            LockSupport.parkNanos(random.nextLong(100_000_000L, 900_000_000L));
            hosts.one.kill();
            work.join();
            hosts.one.startAgain();
        }
        List<String> running = out(one, "ps", "--format", "{{.Names}}").lines().toList();
        for (String name : running) {
            reach(one, name, "db");
            reach(two, "db", name);
        }
        String addresses = "{{range .Containers}}{{.IPv4Address}} {{end}}";
        String ofOne = out(one, "network", "inspect", "-f", addresses, "wide");
        assertThat(ofOne.split(" "))
                .as("seed " + seed)
                .doesNotHaveDuplicates()
                .doesNotContain(out(two, "network", "inspect", "-f", addresses, "wide"))
                .hasSize(running.size());
        until(
                "the other host leads frames to these and no others",
                () -> OverlayHosts.on(hosts.two, "bridge", "fdb")
                                .lines()
                                .filter(l -> l.contains("dst 192.0.2.1"))
                                .count()
                        == running.size());
    }

    /// Until the daemon is gone.
    private static void churn(String prefix) {
        try {
            for (int i = 0; i < 20; i++) {
                String name = prefix + "-" + i;
                int code = one.run("run", "-d", "--name", name, "--network", "wide", "busybox:it", "sleep", "1000")
                        .code();
                if (i % 2 == 1 && one.run("rm", "-f", name).code() != 0 || code != 0) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
