package dev.gantry.network.driver;

import static dev.gantry.network.testing.TestHost.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What an engine finds on the host after others, or its own death, had their way with it.
@Tag("kernel")
class ReconcileKernelTest {
    private static final Instance US = Instance.DEFAULT;
    private static final Instance THEM = Instance.ofRoot("/srv/other");

    private final Network web = Networks.dual("web", "10.1.0.0/24", "fd00:1::/64");
    private final Network back = Networks.bridge("back", "10.2.0.0/24");
    private final Addresses addresses = new Addresses(web, Set.of());
    private final Attachment a = Placed.in(web, addresses, "a", "8080:80");

    private TestHost host;
    private TestHost inside;

    @BeforeEach
    void open() {
        host = TestHost.open();
        inside = TestHost.open();
    }

    @AfterEach
    void close() {
        if (inside != null) {
            inside.close();
            host.close();
        }
    }

    private void attach(KernelNetworks driver, Instance instance, Attachment attachment, TestHost container) {
        try (ContainerSockets sockets = container.sockets()) {
            driver.attach(
                    attachment,
                    SandboxPlan.of(instance, List.of(attachment), Map.of())
                            .endpoints()
                            .getFirst(),
                    sockets);
        }
    }

    private String links() {
        return host.run("ip -o link | sed 's/^[0-9]*: //' | cut -d: -f1 | sort");
    }

    @Test
    void theRulesComeBackAfterAFlushAtOnce() {
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            attach(driver, US, a, inside);
            String before = host.run("nft -sy list ruleset | sort");
            host.run("nft flush ruleset");
            await(
                    "the table is back",
                    () -> host.run("nft -sy list ruleset | sort").equals(before));
            host.run("nft flush map inet gantry published4");
            driver.publish(Placed.in(back, "nobody"));
            driver.reconcile(List.of(web), List.of(a));
            assertThat(host.run("nft -sy list ruleset | sort")).isEqualTo(before);
        }
    }

    @Test
    void whateverOthersTakeOutOfTheTableComesBackAtOnceButTheAdministratorsRules() {
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            attach(driver, US, a, inside);
            host.run("nft add rule inet gantry user-forward ip saddr 192.0.2.1 drop");
            String before = rules();
            for (String others : List.of(
                    "flush chain inet gantry forward",
                    "flush map inet gantry published4",
                    "flush set inet gantry bridges",
                    "delete rule inet gantry spoofed handle $(nft -a list chain inet gantry spoofed"
                            + " | sed -n 's/.*drop # handle //p' | head -n1)")) {
                host.run("nft " + others);
                await("healed after " + others, () -> rules().equals(before));
            }
            host.run("nft flush table inet gantry");
            await("the rest is back", () -> rules().contains("jump user-forward"));
            assertThat(rules()).doesNotContain("192.0.2.1");
        }
    }

    private String rules() {
        return host.run("nft -sy list ruleset | sort");
    }

    @Test
    void aLinkThatHasTheNameOfAnEndpointsAndIsNotOursStays() {
        String name = Instance.hostInterface(a.endpoint().id());
        host.run("ip link add " + name + " type veth peer name mine");
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            attach(driver, US, Placed.in(web, new Addresses(web, Set.of()), "b"), inside);
            String own = links();
            Attachment b = Placed.in(web, new Addresses(web, Set.of()), "b");
            // The one after the other: when ours is gone, the other has been looked at.
            driver.release(List.of(a.endpoint().id(), b.endpoint().id()));
            await("ours is gone", () -> !links().equals(own));
            assertThat(links()).contains(name);
        }
    }

    @Test
    void aChangeHealsATableThatOthersHaveEmptied() {
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            attach(driver, US, a, inside);
            host.run("nft flush map inet gantry published4");
            driver.release(List.of(a.endpoint().id()));
            assertThat(host.run("nft list map inet gantry bridges 2>&1 || nft list set inet gantry bridges"))
                    .contains(US.bridge(web));
            assertThat(host.run("nft list ruleset")).doesNotContain("8080");
        }
    }

    @Test
    void anEngineThatWasKilledLeavesWhatTheNextOneNeedsAndNothingElseAfterIt() {
        Attachment gone = Placed.in(web, addresses, "b", "8081:80");
        try (TestHost other = TestHost.open()) {
            KernelNetworks killed = host.driver(US);
            killed.reconcile(List.of(), List.of());
            killed.create(web);
            killed.create(back);
            attach(killed, US, a, inside);
            attach(killed, US, gone, other);
            String links = links();
            killed.close();

            try (KernelNetworks next = host.driver(US)) {
                var done = next.reconcile(List.of(web), List.of(a));
                assertThat(done.lost()).isEmpty();
                assertThat(done.changes())
                        .containsExactlyInAnyOrder(
                                "removed " + US.bridge(back),
                                "removed "
                                        + Instance.hostInterface(gone.endpoint().id()));
                assertThat(links()).isNotEqualTo(links);
                assertThat(host.run("nft list ruleset")).contains("8080").doesNotContain("8081", US.bridge(back));
                assertThat(inside.pings("10.1.0.1")).isTrue();
                assertThat(next.reconcile(List.of(web), List.of(a)).changes()).isEmpty();
            }
        }
    }

    @Test
    void aConnectionThroughAPublishedPortLivesThroughTwentyReconciliations() throws IOException {
        try (KernelNetworks driver = host.driver(US);
                TestHost client = TestHost.open()) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            attach(driver, US, a, inside);
            host.run("ip link add w0 type veth peer name w1 netns " + client.pid()
                    + "; ip addr add 192.0.2.1/24 dev w0; ip link set w0 up");
            client.run("ip addr add 192.0.2.9/24 dev w1; ip link set w1 up");
            Process echo = inside.start("python3 -uc 'import socket\ns = socket.create_server((\"\", 80))\n"
                    + "print(\"ready\")\nc, _ = s.accept()\nwhile True: c.sendall(c.recv(100))'");
            assertThat(echo.inputReader().readLine()).isEqualTo("ready");
            Process talk = client.start("python3 -uc 'import socket, sys\n"
                    + "c = socket.create_connection((\"192.0.2.1\", 8080), 5)\n"
                    + "for line in sys.stdin:\n c.sendall(line.encode()); print(c.recv(100).decode(), end=\"\")'");
            try {
                for (int i = 0; i < 20; i++) {
                    talk.getOutputStream().write((i + "\n").getBytes(StandardCharsets.UTF_8));
                    talk.getOutputStream().flush();
                    assertThat(talk.inputReader().readLine()).isEqualTo(String.valueOf(i));
                    try (KernelNetworks next = host.driver(US)) {
                        next.reconcile(List.of(web), List.of(a));
                    }
                }
            } finally {
                talk.destroyForcibly();
                echo.destroyForcibly();
            }
        }
    }

    @Test
    void aBridgeThatSomebodyRemovedIsMadeAgainWithItsPorts() {
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            attach(driver, US, a, inside);
            host.run("ip link delete " + US.bridge(web));
            var done = driver.reconcile(List.of(web), List.of(a));
            assertThat(done.changes()).hasSize(2);
            assertThat(done.lost()).isEmpty();
            assertThat(inside.pings("10.1.0.1")).isTrue();

            host.run("ip link delete " + Instance.hostInterface(a.endpoint().id()));
            assertThat(driver.reconcile(List.of(web), List.of(a)).lost())
                    .containsExactly(a.endpoint().id());
            driver.release(List.of(a.endpoint().id()));
            attach(driver, US, a, inside);
            assertThat(inside.pings("10.1.0.1")).isTrue();
        }
    }

    @Test
    void twoEnginesOfOneHostLeaveEachOtherAlone() {
        try (KernelNetworks ours = host.driver(US);
                KernelNetworks theirs = host.driver(THEM);
                TestHost other = TestHost.open()) {
            ours.reconcile(List.of(), List.of());
            theirs.reconcile(List.of(), List.of());
            ours.create(web);
            theirs.create(back);
            Attachment b = Placed.in(back, "b", "8081:80");
            attach(ours, US, a, inside);
            attach(theirs, THEM, b, other);
            String links = links();
            String rules = host.run("nft -sy list ruleset | sort");
            ours.reconcile(List.of(web), List.of(a));
            theirs.reconcile(List.of(back), List.of(b));
            assertThat(links()).isEqualTo(links);
            assertThat(host.run("nft -sy list ruleset | sort")).isEqualTo(rules);

            ours.reconcile(List.of(), List.of());
            assertThat(other.pings("10.2.0.1")).isTrue();
            assertThat(host.run("nft list table inet " + THEM.table())).contains("8081");
            assertThat(links()).doesNotContain(US.bridge(web)).contains(THEM.bridge(back));
        }
    }

    /// The engine is a process of its own and dies at random moments; each time the next one cleans up.
    @Test
    void whereverAnEngineIsKilledTheNextOneLeavesNoLinkRuleOrPort() throws Exception {
        String nothing = "lo";
        // Otherwise it would remember in the table who turned that on.
        host.run("echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
        Random random = new Random();
        for (int round = 0; round < 6; round++) {
            Process engine = new ProcessBuilder(
                            "nsenter",
                            "--net=/proc/" + host.pid() + "/ns/net",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            BusyEngine.class.getName(),
                            inside.place().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                assertThat(engine.inputReader().readLine()).isEqualTo("ready");
                TimeUnit.MILLISECONDS.sleep(50 + random.nextInt(300));
                assertThat(engine.isAlive()).as("it works until it is killed").isTrue();
            } finally {
                engine.destroyForcibly().waitFor();
            }
            try (KernelNetworks next = host.driver(US)) {
                next.reconcile(List.of(), List.of());
                // The other end of a pair goes with its namespace, which the kernel takes down when it has time.
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (!links().strip().equals(nothing) && System.nanoTime() < deadline) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
                assertThat(links().strip()).as(host.run("ip -d link")).isEqualTo(nothing);
                assertThat(host.run("nft list ruleset")).doesNotContain("elements = {");
            }
        }
    }

    @Test
    void aBridgeThatWasMadeAndNotYetMarkedIsTakenOver() {
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            String bridge = US.bridge(web);
            String mac = host.run("cat /sys/class/net/" + bridge + "/address 2>/dev/null || ip -o link show " + bridge
                    + " | sed 's/.*ether //; s/ .*//'");
            host.run("ip link delete " + bridge + "; ip link add " + bridge + " address " + mac.strip()
                    + " type bridge");
            driver.reconcile(List.of(web), List.of());
            assertThat(host.run("ip link show " + bridge)).contains("alias gantry network " + web.id());
        }
    }
}
