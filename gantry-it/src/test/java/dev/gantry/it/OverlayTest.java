package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Overlay networks of two hosts, each with a daemon of its own, by the stock `docker` client.
@Timeout(300)
class OverlayTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path dir;

    private static OverlayHosts hosts;
    private static Docker one;
    private static Docker two;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
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
}
