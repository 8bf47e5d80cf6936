package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Overlay networks of two hosts that know each other by IPv6 addresses, and have no others.
@Tag("kernel")
@Timeout(180)
class OverlayIpv6Test {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private static String out(Docker docker, String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.code()).as(String.join(" ", arguments) + ": " + r.err()).isZero();
        return r.out().strip();
    }

    private static void until(String what, Docker docker, String... arguments) {
        Waiting.until(SOON, () -> what, () -> {
            try {
                return docker.run(arguments).code() == 0;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void containersOfTwoHostsReachEachOtherByNameOverIpv6() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        HostState before = HostState.observe(dir);
        Path rootfs = Rootfs.busybox(dir.resolve("rootfs"));
        Path tar = Rootfs.tarball(rootfs, dir.resolve("rootfs.tar"));
        try (var hosts = new OverlayHosts(dir, "2001:db8::1/64", "2001:db8::2/64")) {
            Docker one = hosts.docker1;
            Docker two = hosts.docker2;
            for (Docker docker : List.of(one, two)) {
                out(docker, "import", tar.toString(), "busybox:it");
            }
            out(one, "network", "create", "-d", "overlay", "--attachable", "--subnet", "10.64.0.0/24", "wide");
            until("the other host has it", two, "network", "inspect", "wide");
            out(one, "run", "-d", "--name", "web", "--network", "wide", "busybox:it", "sleep", "1000");
            out(two, "run", "-d", "--name", "db", "--network", "wide", "busybox:it", "sleep", "1000");
            until("web reaches db", one, "exec", "web", "busybox", "ping", "-c1", "-W2", "db");
            until("db reaches web", two, "exec", "db", "busybox", "ping", "-c1", "-W2", "web");
            // The largest packet fits the wire with the longer header around it.
            assertThat(out(one, "exec", "web", "busybox", "ip", "link", "show", "eth0"))
                    .contains("mtu 1430");
            assertThat(out(one, "exec", "web", "busybox", "ping", "-c1", "-W2", "-s", "1402", "db"))
                    .contains(" 0% packet loss");
            assertThat(OverlayHosts.on(hosts.one, "ip", "-d", "link", "show", "type", "vxlan"))
                    .contains("local 2001:db8::1");
            assertThat(out(one, "network", "inspect", "-f", "{{range .Peers}}{{.IP}} {{end}}", "wide"))
                    .contains("2001:db8::1", "2001:db8::2");
            hosts.one.kill();
            hosts.one.startAgain();
            until("they do so after a kill", two, "exec", "db", "busybox", "ping", "-c1", "-W2", "web");
        }
        before.mustComeBack(SOON);
    }
}
