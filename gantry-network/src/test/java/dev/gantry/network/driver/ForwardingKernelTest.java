package dev.gantry.network.driver;

import static dev.gantry.network.testing.TestHost.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A host with two neighbours that know it as their router: whether it is one.
@Tag("kernel")
class ForwardingKernelTest {
    private static final Instance US = Instance.DEFAULT;
    private static final Instance THEM = Instance.ofRoot("/srv/other");

    private final Network web = Networks.dual("web", "10.1.0.0/24", "fd00:1::/64");
    private final Network back = Networks.bridge("back", "10.2.0.0/24");
    private TestHost host;
    private TestHost left;
    private TestHost right;
    private TestHost inside;

    @BeforeEach
    void open() {
        host = TestHost.open();
        // A new namespace has what the one of its parent has.
        host.run("echo 0 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv6/conf/all/forwarding");
        left = TestHost.open();
        right = TestHost.open();
        inside = TestHost.open();
        wire(left, 1);
        wire(right, 2);
    }

    @AfterEach
    void close() {
        for (TestHost each : new TestHost[] {inside, right, left, host}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private void wire(TestHost neighbour, int number) {
        host.run("ip link add w" + number + " type veth peer name w netns " + neighbour.pid() + "; ip addr add 192.0."
                + number + ".1/24 dev w" + number + "; ip addr add 2001:db8:" + number + "::1/64 dev w" + number
                + " nodad; ip link set w" + number + " up");
        neighbour.run("ip addr add 192.0." + number + ".9/24 dev w; ip addr add 2001:db8:" + number
                + "::9/64 dev w nodad; ip link set w up; ip route add default via 192.0." + number
                + ".1; ip route add default via 2001:db8:" + number + "::1");
        await("the wire is there", () -> neighbour.pingsAtOnce("192.0." + number + ".1"));
        await("for both families", () -> neighbour.pingsAtOnce("2001:db8:" + number + "::1"));
    }

    private void attach(KernelNetworks driver, Instance instance, Attachment a, TestHost container) {
        try (ContainerSockets sockets = container.sockets()) {
            driver.attach(
                    a,
                    SandboxPlan.of(instance, List.of(a), Map.of()).endpoints().getFirst(),
                    sockets);
        }
    }

    private boolean routes() {
        return left.pings("192.0.2.9");
    }

    private boolean routesAtOnce() {
        return left.pingsAtOnce("192.0.2.9");
    }

    private String forwarding() {
        return host.run("cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding");
    }

    @Test
    void anEngineThatTurnsForwardingOnMakesNoRouter() {
        assertThat(forwarding()).isEqualTo("0\n0\n");
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            assertThat(forwarding()).isEqualTo("0\n0\n");
            driver.create(web);
            attach(driver, US, Placed.in(web, "a"), inside);
            assertThat(forwarding()).isEqualTo("1\n1\n");
            assertThat(inside.pings("192.0.2.9")).as("containers get out").isTrue();
            assertThat(routesAtOnce()).isFalse();
            assertThat(left.pingsAtOnce("2001:db8:2::9")).isFalse();
            driver.remove(web);
            assertThat(routesAtOnce())
                    .as("forwarding stays on, and the host no router")
                    .isFalse();
        }
        try (KernelNetworks next = host.driver(US)) {
            next.reconcile(List.of(), List.of());
            assertThat(routesAtOnce()).as("the next engine knows").isFalse();
            host.run("nft flush ruleset");
            await(
                    "the table is back",
                    () -> host.run("nft list ruleset").contains("closed")
                            && host.run("nft list map inet gantry closed").contains("ipv4 : drop"));
            host.run("nft add rule inet gantry user-routed iifname w1 accept;"
                    + " nft add rule inet gantry user-routed ct state established accept");
            assertThat(routes()).as("the administrator may").isTrue();
            assertThat(right.pingsAtOnce("192.0.1.9")).isFalse();
        }
    }

    @Test
    void aProgramOfOthersThatTurnsForwardingOnMakesNoRouterEither() {
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.routing(() -> {
                host.run("echo 1 > /proc/sys/net/ipv4/ip_forward");
                assertThat(routesAtOnce()).as("meanwhile").isFalse();
                // A bridge of ours comes while it is at work.
                driver.create(back);
            });
            assertThat(forwarding()).isEqualTo("1\n0\n");
            assertThat(routesAtOnce()).as("afterwards").isFalse();
            driver.create(web);
            assertThat(routesAtOnce()).as("with a bridge of ours").isFalse();
            assertThat(left.pingsAtOnce("2001:db8:2::9")).isFalse();
        }
        try (KernelNetworks next = host.driver(US)) {
            next.reconcile(List.of(), List.of());
            assertThat(routesAtOnce()).as("the next engine knows").isFalse();
        }
    }

    @Test
    void aProgramThatTurnsNothingOnLeavesTheAdministratorHisChoice() {
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            assertThatThrownBy(() -> driver.routing(() -> {
                        throw new IllegalStateException("it failed");
                    }))
                    .hasMessage("it failed");
            host.run("echo 1 > /proc/sys/net/ipv4/ip_forward");
            assertThat(routes()).isTrue();
            driver.routing(() -> assertThat(routes()).as("a router stays one").isTrue());
            driver.create(web);
            assertThat(routes()).isTrue();
        }
    }

    @Test
    void aRouterStaysOne() {
        host.run("echo 1 > /proc/sys/net/ipv4/ip_forward");
        try (KernelNetworks driver = host.driver(US)) {
            driver.reconcile(List.of(), List.of());
            driver.create(web);
            assertThat(routes()).isTrue();
            assertThat(left.pingsAtOnce("2001:db8:2::9"))
                    .as("it was none for IPv6")
                    .isFalse();
        }
    }

    @Test
    void anotherEnginesContainersGetOut() {
        try (KernelNetworks ours = host.driver(US);
                KernelNetworks theirs = host.driver(THEM)) {
            ours.reconcile(List.of(), List.of());
            theirs.reconcile(List.of(), List.of());
            ours.create(web);
            theirs.create(back);
            attach(theirs, THEM, Placed.in(back, "b", "8080:80"), inside);
            assertThat(inside.pings("192.0.2.9")).isTrue();
            Process server = inside.serve(80);
            assertThat(left.ask("192.0.1.1", 8080)).isEqualTo("192.0.1.9");
            server.destroyForcibly();
            assertThat(routesAtOnce()).isFalse();
        }
    }
}
