package dev.gantry.network.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two hosts, a driver on each, and a network that spans them.
@Tag("kernel")
class OverlayKernelTest {
    private static final Instance US = Instance.DEFAULT;

    private final Network wide = Networks.of(
            "wide", "overlay", "10.8.0.0/24", Map.of("com.docker.network.driver.overlay.vxlanid_list", "4097"));
    private final Addresses addresses = new Addresses(wide, Set.of());

    private static void attach(KernelNetworks driver, Attachment attachment, TestHost container) {
        try (ContainerSockets sockets = container.sockets()) {
            var plan = SandboxPlan.of(US, List.of(attachment), Map.of());
            driver.attach(attachment, plan.endpoints().getFirst(), sockets);
        }
    }

    private static OverlayPeer peer(Attachment a, String host) {
        List<Ip> ips = a.endpoint().addresses().stream()
                .map(AddressWithPrefix::address)
                .toList();
        return new OverlayPeer(a.endpoint().mac(), ips, Ip.parse(host));
    }

    private static Underlay underlay(String own, String other) {
        return new Underlay(Ip.parse(own), Map.of(Ip.parse(other), 7946), Underlay.PORT);
    }

    @Test
    void framesOfAStrangerAreDropped() {
        framesAreDropped("192.0.2.1", "192.0.2.2", "192.0.2.3", 24);
    }

    @Test
    void framesOfAStrangerAreDroppedOverIpv6() {
        framesAreDropped("2001:db8::1", "2001:db8::2", "2001:db8::3", 64);
    }

    private void framesAreDropped(String own, String known, String unknown, int prefix) {
        try (TestHost one = TestHost.open();
                TestHost stranger = TestHost.open();
                TestHost left = TestHost.open();
                KernelNetworks first = one.driver(US, underlay(own, known))) {
            one.run("ip link add w0 type veth peer name w1 netns " + stranger.pid() + "; ip addr add " + own + "/"
                    + prefix + " dev w0 nodad; ip link set w0 up");
            first.reconcile(List.of(), List.of());
            first.create(wide);
            Attachment a = Placed.in(wide, addresses, "a");
            attach(first, a, left);
            String address = a.endpoint().addresses().getFirst().address().toString();
            stranger.run("ip link set w1 up; ip addr add " + unknown + "/" + prefix + " dev w1 nodad; ip addr add "
                    + known + "/" + prefix + " dev w1 nodad");
            String received = "busybox awk '/vx-001001/ {print $3}' /proc/net/dev";
            // He knows the network's number and the container's address, and sends as himself, then as the known host.
            for (String as : List.of(unknown, known)) {
                stranger.run(
                        "ip link del x0 2>/dev/null || true; ip link add x0 type vxlan id 4097 dstport 4789 remote "
                                + own + " local " + as + "; ip addr add 10.8.0.77/24 dev x0; ip link set x0 up;"
                                + " ip neigh add " + address + " lladdr "
                                + a.endpoint().mac().text() + " dev x0;"
                                + " busybox ping -c2 -W1 " + address + " || true");
                // As the known host the same frames arrive: the test could have failed.
                assertThat(one.run(received).strip().equals("0")).as(as).isEqualTo(as.equals(unknown));
            }
        }
    }

    /// Sends one datagram, as root or as somebody else.
    private static String sends(int uid, String address, int port) {
        return "python3 -c 'import os, socket; os.setuid(" + uid + ");"
                + " socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b\"x\", (\"" + address + "\", " + port
                + "))' 2>/dev/null || true; ";
    }

    @Test
    void onlyEnginesSpeakToTheOtherHostsAlsoWhereNoOverlayIsYet() {
        Network near = Networks.bridge("near", "10.9.0.0/24");
        try (TestHost one = TestHost.open();
                TestHost two = TestHost.open();
                TestHost left = TestHost.open();
                KernelNetworks first = one.driver(US, underlay("192.0.2.1", "192.0.2.2"))) {
            one.run("ip link add w0 type veth peer name w1 netns " + two.pid()
                    + "; ip addr add 192.0.2.1/24 dev w0; ip link set w0 up");
            two.run("ip addr add 192.0.2.2/24 dev w1; ip link set w1 up; nft add table inet seen;"
                    + " nft add set inet seen ports '{ type inet_service; flags dynamic; size 99; }';"
                    + " nft add chain inet seen every '{ type filter hook prerouting priority 0; }';"
                    + " nft add rule inet seen every meta l4proto '{ tcp, udp }' add @ports '{ th dport }'");
            first.reconcile(List.of(), List.of());
            first.create(near);
            attach(first, Placed.in(near, "a"), left);
            TestHost.await("there is a way", () -> left.pingsAtOnce("192.0.2.2"));
            left.run(sends(0, "192.0.2.2", 4789) + sends(0, "192.0.2.2", 4001));
            assertThat(left.ask("192.0.2.2", 7946)).isEqualTo("-");
            one.run(sends(1, "192.0.2.2", 4789) + sends(1, "192.0.2.2", 4002));
            assertThat(two.run("nft list set inet seen ports"))
                    .contains("4001", "4002")
                    .doesNotContain("4789")
                    .doesNotContain("7946");
            one.run(sends(0, "192.0.2.2", 4789));
            assertThat(one.ask("192.0.2.2", 7946)).isEqualTo("-");
            assertThat(two.run("nft list set inet seen ports")).contains("4789", "7946");
        }
    }

    @Test
    void containersOfTwoHostsReachEachOtherUntilAPeerIsGone() {
        try (TestHost one = TestHost.open();
                TestHost two = TestHost.open();
                TestHost left = TestHost.open();
                TestHost right = TestHost.open();
                KernelNetworks first = one.driver(US, underlay("192.0.2.1", "192.0.2.2"));
                KernelNetworks second = two.driver(US, underlay("192.0.2.2", "192.0.2.1"))) {
            one.run("ip link add w0 mtu 1500 type veth peer name w1 netns " + two.pid()
                    + "; ip addr add 192.0.2.1/24 dev w0; ip link set w0 up");
            two.run("ip addr add 192.0.2.2/24 dev w1; ip link set w1 up");
            first.reconcile(List.of(), List.of());
            second.reconcile(List.of(), List.of());
            first.create(wide);
            second.create(wide);
            second.create(wide);
            Attachment a = Placed.in(wide, addresses, "a");
            Attachment b = Placed.in(wide, addresses, "b");
            attach(first, a, left);
            attach(second, b, right);
            first.peers(wide, List.of(peer(b, "192.0.2.2")), Set.of());
            second.peers(wide, List.of(peer(a, "192.0.2.1")), Set.of());
            second.peers(wide, List.of(peer(a, "192.0.2.1")), Set.of());
            String address = peer(b, "192.0.2.2").addresses().getFirst().toString();
            assertThat(left.pings(address)).isTrue();
            // The largest frame the container may send fits the wire with what is put around it.
            assertThat(left.run("ip link show eth0")).contains("mtu 1450");
            assertThat(left.run("busybox ping -c1 -W2 -s 1422 " + address)).contains(" 0% packet loss");

            // The host itself is not there: neither with an address of its own nor with that of its wire.
            assertThat(left.run("ip addr add 192.0.2.77/24 dev eth0; busybox arping -c2 -w2 -I eth0 192.0.2.1 || true;"
                            + " ip addr del 192.0.2.77/24 dev eth0"))
                    .contains("Received 0 ");
            assertThat(one.run("ip -6 addr show " + US.bridge(wide))).doesNotContain("inet6");

            Process server = right.serve(80);
            assertThat(left.ask(address, 80))
                    .isEqualTo(peer(a, "192.0.2.1").addresses().getFirst().toString());
            server.destroyForcibly();

            // Of whom nothing is known yet stays reachable: an engine that has just begun.
            first.peers(wide, List.of(), Set.of(Ip.parse("192.0.2.2")));
            left.run("ip neigh flush all");
            assertThat(left.pings(address)).isTrue();
            first.peers(wide, List.of(), Set.of());
            left.run("ip neigh flush all");
            assertThat(left.pingsAtOnce(address)).isFalse();
            assertThat(one.run("ip -o link show type vxlan")).contains("vx-001001");
            first.release(List.of(a.endpoint().id()));
            first.remove(wide);
            assertThat(one.run("ip -o link")).doesNotContain("vx-001001").doesNotContain(US.bridge(wide));
        }
    }

    @Test
    void tunnelsGoTheWayTheyAreToGoNowAndNoneWithoutHostsToShareWith() {
        try (TestHost one = TestHost.open()) {
            try (KernelNetworks driver = one.driver(US, underlay("192.0.2.1", "192.0.2.2"))) {
                driver.reconcile(List.of(wide), List.of());
                assertThat(one.run("ip -d link show vx-001001")).contains("local 192.0.2.1", "dstport 4789");
            }
            String before = one.run("ip -o link show vx-001001");
            try (KernelNetworks driver = one.driver(US, underlay("192.0.2.1", "192.0.2.2"))) {
                driver.reconcile(List.of(wide), List.of());
                assertThat(one.run("ip -o link show vx-001001")).isEqualTo(before);
            }
            var other = new Underlay(Ip.parse("192.0.2.9"), Map.of(), 4790);
            try (KernelNetworks driver = one.driver(US, other)) {
                driver.reconcile(List.of(wide), List.of());
                assertThat(one.run("ip -d link show vx-001001")).contains("local 192.0.2.9", "dstport 4790");
            }
            try (KernelNetworks driver = one.driver(US)) {
                driver.reconcile(List.of(wide), List.of());
                assertThat(one.run("ip -o link")).contains(US.bridge(wide)).doesNotContain("vx-001001");
            }
        }
    }

    @Test
    void theyDoSoOverIpv6Alone() {
        Network six = Networks.of(
                "six", "overlay", "fd00:8::/64", Map.of("com.docker.network.driver.overlay.vxlanid_list", "4098"));
        Addresses of6 = new Addresses(six, Set.of());
        try (TestHost one = TestHost.open();
                TestHost two = TestHost.open();
                TestHost left = TestHost.open();
                TestHost right = TestHost.open();
                KernelNetworks first = one.driver(US, underlay("192.0.2.1", "192.0.2.2"));
                KernelNetworks second = two.driver(US, underlay("192.0.2.2", "192.0.2.1"))) {
            one.run("ip link add w0 type veth peer name w1 netns " + two.pid()
                    + "; ip addr add 192.0.2.1/24 dev w0; ip link set w0 up");
            two.run("ip addr add 192.0.2.2/24 dev w1; ip link set w1 up");
            first.reconcile(List.of(), List.of());
            second.reconcile(List.of(), List.of());
            first.create(six);
            second.create(six);
            Attachment a = Placed.in(six, of6, "a");
            Attachment b = Placed.in(six, of6, "b");
            attach(first, a, left);
            attach(second, b, right);
            first.peers(six, List.of(peer(b, "192.0.2.2")), Set.of());
            second.peers(six, List.of(peer(a, "192.0.2.1")), Set.of());
            String address = peer(b, "192.0.2.2").addresses().getFirst().toString();
            TestHost.await("they reach each other", () -> left.pingsAtOnce(address));
        }
    }
}
