package dev.gantry.network.driver;

import static dev.gantry.network.testing.TestHost.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.port.PortBook;
import dev.gantry.network.port.PortProbe;
import dev.gantry.network.port.PortRequest;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Bridges on a host that is a network namespace, containers that are others; `ip`, `nft`, `ping` and
/// connections say what became of them.
@Tag("kernel")
class BridgeKernelTest {
    private static final Instance US = Instance.DEFAULT;

    private TestHost host;
    private TestHost inside;
    private KernelNetworks driver;

    private final Network web = Networks.dual("web", "10.1.0.0/24", "fd00:1::/64");
    private final Addresses addresses = new Addresses(web, Set.of());

    @BeforeEach
    void open() {
        host = TestHost.open();
        inside = TestHost.open();
        driver = host.driver(US);
        driver.reconcile(List.of(), List.of());
    }

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
            inside.close();
            host.close();
        }
    }

    private static SandboxPlan plan(Attachment... attachments) {
        return SandboxPlan.of(US, List.of(attachments), Map.of());
    }

    private void attach(Attachment attachment, TestHost container) {
        try (ContainerSockets sockets = container.sockets()) {
            driver.attach(attachment, plan(attachment).endpoints().getFirst(), sockets);
        }
    }

    private static Attachment publishing(Attachment a, String... ports) {
        List<PortRequest> requests = List.of(ports).stream()
                .flatMap(p -> PortRequest.parse(p).stream())
                .toList();
        return new Attachment(
                a.network(),
                a.endpoint()
                        .withPorts(new PortBook()
                                .allocate(requests, List.of(Ip.ANY_V4, Ip.ANY_V6), "x", PortProbe.ALL_FREE)));
    }

    @Test
    void aNetworkIsABridgeWithItsGatewaysUsableAtOnce() {
        driver.create(web);
        String bridge = US.bridge(web);
        assertThat(host.run("ip -d link show " + bridge))
                .contains("bridge ", "stp_state 0", "UP", "alias gantry network " + web.id());
        assertThat(host.run("ip addr show dev " + bridge))
                .contains("inet 10.1.0.1/24 brd 10.1.0.255", "inet6 fd00:1::1/64")
                .doesNotContain("fd00:1::1/64 scope global tentative");
        assertThat(host.run("cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/" + bridge + "/route_localnet"))
                .isEqualTo("1\n1\n");
        assertThat(host.run("nft list set inet gantry bridges")).contains(bridge);
        driver.create(web);
        driver.remove(web);
        driver.remove(web);
        assertThat(host.run("ip -o link")).doesNotContain(bridge);
        assertThat(host.run("nft list set inet gantry bridges")).doesNotContain(bridge);
    }

    @Test
    void aContainerReachesItsGatewayAndItsNeighbourAtOnce() {
        driver.create(web);
        try (TestHost other = TestHost.open()) {
            attach(Placed.in(web, addresses, "a"), inside);
            attach(Placed.in(web, addresses, "b"), other);
            for (String address : List.of("10.1.0.1", "fd00:1::1", "10.1.0.3", "fd00:1::3")) {
                assertThat(inside.pings(address)).as(address).isTrue();
            }
            assertThat(inside.run("ip route; ip -6 route"))
                    .contains("default via 10.1.0.1 dev eth0", "default via fd00:1::1 dev eth0");
            assertThat(inside.run("ip link show eth0")).contains("02:42:0a:01:00:02");
        }
    }

    @Test
    void portsArePublishedAndTakenBackWhileAConnectionGoesOn() {
        driver.create(web);
        Attachment a = Placed.in(web, addresses, "a", "8080:80");
        attach(a, inside);
        Process server = inside.serve(80);
        try (TestHost client = TestHost.open()) {
            neighbour(client);
            assertThat(client.ask("192.0.2.1", 8080)).isEqualTo("192.0.2.9");
            assertThat(client.ask("2001:db8::1", 8080)).isEqualTo("2001:db8::9");
            assertThat(client.ask("192.0.2.1", 8081)).isEqualTo("-");
            driver.publish(publishing(a, "8080:80", "8081:80"));
            assertThat(client.ask("192.0.2.1", 8081)).isEqualTo("192.0.2.9");
            driver.publish(publishing(a, "8081:80"));
            driver.publish(publishing(a, "8081:80"));
            assertThat(client.ask("192.0.2.1", 8080)).isEqualTo("-");
            assertThat(client.ask("192.0.2.1", 8081)).isEqualTo("192.0.2.9");
            driver.release(List.of(a.endpoint().id()));
            assertThat(host.run("nft list map inet gantry published4")).doesNotContain("8081");
        } finally {
            server.destroyForcibly();
        }
    }

    /// The client's own address and ours on a wire between.
    private void neighbour(TestHost client) {
        host.run("ip link add w0 type veth peer name w1 netns " + client.pid()
                + "; ip addr add 192.0.2.1/24 dev w0; ip addr add 2001:db8::1/64 dev w0 nodad; ip link set w0 up");
        client.run("ip addr add 192.0.2.9/24 dev w1; ip addr add 2001:db8::9/64 dev w1 nodad; ip link set w1 up");
        await("the wire is there", () -> client.pingsAtOnce("192.0.2.1") && client.pingsAtOnce("2001:db8::1"));
    }

    @Test
    void severalNetworksHaveOneWayOutWhichFollowsWhatIsConnected() {
        Network back = Networks.bridge("back", "10.2.0.0/24");
        driver.create(web);
        driver.create(back);
        Attachment first = Placed.in(back, "a");
        Attachment second = Placed.in(web, addresses, "a");
        try (ContainerSockets sockets = inside.sockets()) {
            SandboxPlan alone = plan(first);
            driver.attach(first, alone.endpoints().getFirst(), sockets);
            assertThat(inside.run("ip route")).contains("default via 10.2.0.1 dev eth0");

            SandboxPlan both = plan(first, second);
            driver.attach(second, both.endpoints().getLast(), sockets);
            driver.route(both, sockets);
            driver.route(both, sockets);
            assertThat(inside.run("ip route")).containsOnlyOnce("default").contains("default via 10.1.0.1 dev eth1");
            assertThat(inside.run("ip -6 route")).contains("default via fd00:1::1 dev eth1");

            driver.detach(both.endpoints().getLast(), sockets);
            driver.detach(both.endpoints().getLast(), sockets);
            driver.route(alone, sockets);
            assertThat(inside.run("ip route")).containsOnlyOnce("default").contains("default via 10.2.0.1 dev eth0");
            assertThat(inside.run("ip -o link")).doesNotContain("eth1");
            assertThat(host.run("ip -o link"))
                    .doesNotContain(Instance.hostInterface(second.endpoint().id()));
        }
    }

    @Test
    void ipv6AloneIsEnough() {
        Network six = Networks.six("six", "fd00:6::/64");
        driver.create(six);
        attach(Placed.in(six, "a"), inside);
        assertThat(inside.pings("fd00:6::1")).isTrue();
        assertThat(inside.run("ip -4 addr show dev eth0")).doesNotContain("inet ");
        assertThat(host.run("ip -4 addr show dev " + US.bridge(six))).doesNotContain("inet ");
    }

    @Test
    void containersThatAreApartReachTheHostAndNotEachOther() {
        Network apart =
                Networks.bridge("apart", "10.3.0.0/24", Map.of("com.docker.network.bridge.enable_icc", "false"));
        Addresses own = new Addresses(apart, Set.of());
        driver.create(apart);
        try (TestHost other = TestHost.open()) {
            attach(Placed.in(apart, own, "a"), inside);
            attach(Placed.in(apart, own, "b"), other);
            assertThat(inside.pings("10.3.0.1")).isTrue();
            assertThat(inside.pingsAtOnce("10.3.0.3")).isFalse();
        }
    }

    @Test
    void anAttachThatFailsLeavesNothing() {
        driver.create(web);
        String links = host.run("ip -o link | wc -l");
        Attachment a = Placed.in(web, addresses, "a", "8080:80");
        inside.run("ip link add eth0 type bridge");
        assertThatThrownBy(() -> attach(a, inside))
                .isInstanceOf(Conflict.class)
                .hasMessageStartingWith("connect container a to network web: the container has an interface eth0");
        assertThat(host.run("ip -o link | wc -l")).isEqualTo(links);

        inside.run("ip link delete eth0; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        assertThatThrownBy(() -> attach(a, inside)).hasMessageStartingWith("connect container a to network web: ");
        assertThat(host.run("ip -o link | wc -l")).isEqualTo(links);
        assertThat(inside.run("ip -o link")).doesNotContain("eth0");
        assertThat(host.run("nft list ruleset")).doesNotContain("8080");

        inside.run("echo 0 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        attach(a, inside);
        assertThatThrownBy(() -> attach(a, inside)).isInstanceOf(Conflict.class);
        assertThat(inside.pings("10.1.0.1")).isTrue();
    }

    @Test
    void aNetworkThatIsNotThereIsSaidToBeAbsent() {
        assertThatThrownBy(() -> attach(Placed.in(web, "a"), inside))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("the host has no interface " + US.bridge(web));
    }

    @Test
    void manyContainersComeAndGoAtATime() throws Exception {
        driver.create(web);
        List<TestHost> containers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            containers.add(TestHost.open());
        }
        String links = host.run("ip -o link | wc -l");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < containers.size(); i++) {
                TestHost container = containers.get(i);
                Attachment a = Placed.in(web, addresses, "c" + i, (9000 + i) + ":80");
                all.add(threads.submit(() -> comeAndGo(a, container)));
            }
            for (Future<?> each : all) {
                each.get();
            }
            await("all host ends are gone", () -> host.run("ip -o link | wc -l").equals(links));
            assertThat(host.run("nft list ruleset")).doesNotContain("tcp . 900");
        } finally {
            containers.forEach(TestHost::close);
        }
    }

    private void comeAndGo(Attachment a, TestHost container) {
        for (int round = 0; round < 10; round++) {
            attach(a, container);
            assertThat(container.pings("10.1.0.1")).isTrue();
            if (round % 2 == 0) {
                try (ContainerSockets sockets = container.sockets()) {
                    driver.detach(plan(a).endpoints().getFirst(), sockets);
                }
            } else {
                driver.release(List.of(a.endpoint().id()));
                container.run("ip link delete eth0");
            }
        }
    }

    @Test
    void aBridgeOfTheUserIsUsedAndStays() {
        host.run("ip link add br-mine type bridge; ip addr add 10.9.0.1/24 dev br-mine");
        Network mine = Networks.bridge("mine", "10.4.0.0/24", Map.of("com.docker.network.bridge.name", "br-mine"));
        driver.create(mine);
        assertThat(host.run("ip addr show dev br-mine")).contains("10.4.0.1/24", "10.9.0.1/24", "UP");
        driver.remove(mine);
        assertThat(host.run("ip addr show dev br-mine")).contains("10.9.0.1/24").doesNotContain("10.4.0.1");
    }

    @Test
    void anAddressThatABridgeOfTheUserHadStaysThere() {
        host.run("ip link add br-mine type bridge; ip addr add 10.4.0.1/24 dev br-mine");
        Network mine = Networks.bridge("mine", "10.4.0.0/24", Map.of("com.docker.network.bridge.name", "br-mine"));
        driver.create(mine);
        driver.remove(mine);
        assertThat(host.run("ip addr show dev br-mine")).contains("10.4.0.1/24");
    }

    @Test
    void whatIsNoBridgeIsNotTaken() {
        host.run("ip link add br-mine type veth peer name other");
        Network mine = Networks.bridge("mine", "10.4.0.0/24", Map.of("com.docker.network.bridge.name", "br-mine"));
        assertThatThrownBy(() -> driver.create(mine))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("it needs an interface br-mine, and there is one, and it is not ours");
        assertThat(host.run("nft list ruleset")).doesNotContain("br-mine");
    }

    @Test
    void queriesOfAContainerGoToItsNameServer() {
        try (ContainerSockets sockets = inside.sockets();
                ResolverSockets resolver = inside.resolver()) {
            var linux = dev.gantry.linux.Linux.host();
            ResolverRedirect.set(sockets, resolver, linux);
            ResolverRedirect.set(sockets, resolver, linux);
            inside.run("python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                    + "s.sendto(b\"who\", (\"127.0.0.11\", 53))'");
            assertThat(linux.sockets().readable(resolver.udp(), java.time.Duration.ofSeconds(60)))
                    .isTrue();
            inside.run("python3 -c 'import socket; socket.create_connection((\"127.0.0.11\", 53), 2)'");
        }
    }

    @Test
    void aContainerOnThePhysicalNetworkThroughMacvlan() {
        try (TestHost lan = TestHost.open()) {
            neighbour(lan);
            Network physical = Networks.of("lan", "macvlan", "192.0.2.0/24", Map.of("parent", "w0"));
            driver.create(physical);
            Attachment a = Placed.in(physical, new Addresses(physical, Set.of()), "a");
            attach(a, inside);
            assertThat(lan.pings(a.endpoint().addresses().getFirst().address().toString()))
                    .isTrue();
            EndpointPlan plan = plan(a).endpoints().getFirst();
            try (ContainerSockets sockets = inside.sockets()) {
                driver.detach(plan, sockets);
            }
            assertThat(inside.run("ip -o link")).doesNotContain("eth0");
            driver.release(List.of(a.endpoint().id()));
            driver.remove(physical);
        }
    }

    @Test
    void aLinkOfAKindThatTheKernelLacksIsRefusedAndLeavesNothing() {
        host.run("ip link add w0 type veth peer name w1; ip link set w0 up");
        boolean has = host.run("ip link add link w0 name i0 type ipvlan && ip link del i0 && echo has; true")
                .contains("has");
        Network routed = Networks.of("routed", "ipvlan", "192.0.2.0/24", Map.of("parent", "w0"));
        driver.create(routed);
        Attachment a = Placed.in(routed, new Addresses(routed, Set.of()), "a");
        if (has) {
            attach(a, inside);
            assertThat(inside.run("ip -d link show eth0")).contains("ipvlan", "mode l2");
        } else {
            assertThatThrownBy(() -> attach(a, inside))
                    .isInstanceOf(Unsupported.class)
                    .hasMessageContaining("failed to create the ipvlan port: this kernel has no ipvlan")
                    .hasMessageContaining("modprobe ipvlan");
            assertThat(inside.run("ip -o link")).doesNotContain("eth0");
            assertThat(host.run("ip -o link")).doesNotContain("eth0");
            assertThatThrownBy(() -> attach(a, inside))
                    .as("it is not thought to be connected")
                    .isInstanceOf(Unsupported.class);
        }
    }

    @Test
    void aParentThatABridgeHasIsRefused() {
        host.run(
                "ip link add br-mine type bridge; ip link add w0 type veth peer name w1; ip link set w0 master br-mine");
        Network physical = Networks.of("lan", "macvlan", "192.0.2.0/24", Map.of("parent", "w0"));
        driver.create(physical);
        Attachment a = Placed.in(physical, new Addresses(physical, Set.of()), "a");
        assertThatThrownBy(() -> attach(a, inside))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("the interface w0 is used in another way already");
    }
}
