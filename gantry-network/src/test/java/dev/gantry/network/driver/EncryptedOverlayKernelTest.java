package dev.gantry.network.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.xfrm.Association;
import dev.gantry.linux.netlink.xfrm.Flow;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.encryption.TunnelKey;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.Span;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two hosts, a network that spans them, and what lies on the wire between: on kernels with ESP. On others, that it is
/// refused.
@Tag("kernel")
class EncryptedOverlayKernelTest {
    private static final Instance US = Instance.DEFAULT;
    private static final int MTU_LESS = EncryptionPlan.OVERHEAD;

    private static Network network(Ip home) {
        return Networks.of(
                        "secret",
                        "overlay",
                        "10.8.0.0/24",
                        Map.of("com.docker.network.driver.overlay.vxlanid_list", "4097", "encrypted", "true"))
                .with(new Span(home, Map.of()));
    }

    private static String esp(TestHost host) {
        var nowhere = InetAddress.getLoopbackAddress();
        var probe = new Association(new Flow(nowhere, nowhere, 9), 0x777, new byte[Association.SECRET], 0);
        try (NetlinkSocket kernel = host.xfrm()) {
            Errno errno = kernel.attempt(List.of(probe.add())).getFirst().errno();
            kernel.attempt(List.of(probe.delete()));
            return errno.number() == 0 ? "" : errno.toString();
        } catch (LinuxError e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static TunnelKey key(int number) {
        byte[] exported = new byte[TunnelKey.EXPORTED];
        exported[2] = (byte) (number >>> 8);
        exported[3] = (byte) number;
        exported[20] = (byte) number;
        return TunnelKey.of(exported);
    }

    private static Attachment attach(KernelNetworks driver, Network network, Addresses of, TestHost container) {
        Attachment a = Placed.in(network, of, "c" + container.pid());
        try (ContainerSockets sockets = container.sockets()) {
            var plan = SandboxPlan.of(US, List.of(a), Map.of());
            driver.attach(a, plan.endpoints().getFirst(), sockets);
        }
        return a;
    }

    private static OverlayPeer peer(Attachment a, Ip host) {
        List<Ip> ips = a.endpoint().addresses().stream()
                .map(AddressWithPrefix::address)
                .toList();
        return new OverlayPeer(a.endpoint().mac(), ips, host);
    }

    private static Underlay underlay(Ip own, Ip other) {
        return new Underlay(own, Map.of(other, 7946), Underlay.PORT);
    }

    @Test
    void aKernelWithoutEspIsRefusedInWordsAndNothingIsLeft() {
        Ip own = Ip.parse("192.0.2.1");
        try (TestHost one = TestHost.open();
                KernelNetworks driver = one.driver(US, underlay(own, Ip.parse("192.0.2.2")))) {
            Assumptions.assumeFalse(esp(one).isEmpty(), "this kernel has ESP");
            driver.reconcile(List.of(), List.of());
            driver.encrypt(EncryptionPlan.of(own, 4790).with(Ip.parse("192.0.2.2")));
            String before = one.run("nft list ruleset");
            assertThatThrownBy(() -> driver.create(network(own)))
                    .isInstanceOf(Unsupported.class)
                    .hasMessageContaining("create network secret: an encrypted overlay needs IPsec in the kernel");
            assertThat(one.run("ip -o link")).doesNotContain("vx-").doesNotContain("br-");
            assertThat(one.run("nft list ruleset")).isEqualTo(before);
            // An engine that had it on another kernel goes on without: nothing leaves as it is.
            assertThat(driver.reconcile(List.of(network(own)), List.of()).changes())
                    .anyMatch(c -> c.startsWith("could not make network secret: "));
            assertThat(one.run("ip -o link")).doesNotContain("vx-");
        }
    }

    @Test
    void containersOfTwoHostsReachEachOtherAndNobodyReadsIt() {
        between(Ip.parse("192.0.2.1"), Ip.parse("192.0.2.2"), 1500 - 50 - MTU_LESS);
    }

    @Test
    void overIpv6Too() {
        between(Ip.parse("2001:db8::1"), Ip.parse("2001:db8::2"), 1500 - 70 - MTU_LESS);
    }

    /// How many packets in clear, and how many of ESP, came by this wire.
    private static String onTheWire(TestHost host) {
        return host.run("nft list chain netdev watch wire")
                .replaceAll("(?s).*?packets (\\d+).*?packets (\\d+).*", "$1 $2");
    }

    private static void between(Ip here, Ip there, int mtu) {
        Network network = network(here);
        Addresses addresses = new Addresses(network, Set.of());
        try (TestHost one = TestHost.open();
                TestHost two = TestHost.open();
                TestHost left = TestHost.open();
                TestHost right = TestHost.open()) {
            String lacks = esp(one);
            Assumptions.assumeTrue(lacks.isEmpty(), "this kernel has no ESP with AES-GCM: " + lacks);
            int prefix = here.isV4() ? 24 : 64;
            one.run("ip link add w0 mtu 1500 type veth peer name w1 netns " + two.pid() + "; ip addr add " + here + "/"
                    + prefix + " dev w0 nodad; ip link set w0 up");
            two.run("ip addr add " + there + "/" + prefix + " dev w1 nodad; ip link set w1 up");
            two.run("nft 'add table netdev watch;"
                    + " add chain netdev watch wire { type filter hook ingress device w1 priority 0; };"
                    + " add rule netdev watch wire meta l4proto udp counter;"
                    + " add rule netdev watch wire meta l4proto esp counter'");
            EncryptionPlan ofOne = EncryptionPlan.of(here, 4790).with(there);
            EncryptionPlan ofTwo = EncryptionPlan.of(there, 4790).with(here);
            try (KernelNetworks first = one.driver(US, underlay(here, there));
                    KernelNetworks second = two.driver(US, underlay(there, here))) {
                first.reconcile(List.of(), List.of());
                second.reconcile(List.of(), List.of());
                first.create(network);
                second.create(network);
                Attachment a = attach(first, network, addresses, left);
                Attachment b = attach(second, network, addresses, right);
                first.peers(network, List.of(peer(b, there)), Set.of());
                second.peers(network, List.of(peer(a, here)), Set.of());
                String target = peer(b, there).addresses().getFirst().toString();

                // Without keys nothing travels, least of all in clear.
                first.encrypt(ofOne);
                second.encrypt(ofTwo);
                assertThat(left.pingsAtOnce(target)).isFalse();
                assertThat(onTheWire(two)).isEqualTo("0 0");

                ofOne = ofOne.receiving(there, key(0x1001));
                ofTwo = ofTwo.receiving(here, key(0x2001));
                first.encrypt(ofOne);
                second.encrypt(ofTwo);
                ofOne = ofOne.sending(there, key(0x2001));
                ofTwo = ofTwo.sending(here, key(0x1001));
                first.encrypt(ofOne);
                second.encrypt(ofTwo);
                TestHost.await("they reach each other", () -> left.pingsAtOnce(target));
                assertThat(onTheWire(two)).matches("0 [1-9]\\d*");
                assertThat(left.run("ip link show eth0")).contains("mtu " + mtu);
                assertThat(left.run("busybox ping -c1 -W4 -s " + (mtu - 28) + " " + target))
                        .contains(" 0% packet loss");

                // New keys: the receiver has them first, and not a packet is lost.
                Process ping = left.start("busybox ping -i 0.05 -c 60 -W 2 " + target);
                ofTwo = ofTwo.receiving(here, key(0x2002));
                second.encrypt(ofTwo);
                ofOne = ofOne.sending(there, key(0x2002));
                first.encrypt(ofOne);
                ofTwo = ofTwo.used(here, key(0x2002));
                second.encrypt(ofTwo);
                ofTwo = ofTwo.receiving(here, key(0x2003));
                second.encrypt(ofTwo);
                ofOne = ofOne.sending(there, key(0x2003));
                first.encrypt(ofOne);
                ofTwo = ofTwo.used(here, key(0x2003));
                second.encrypt(ofTwo);
                assertThat(output(ping)).contains("60 packets transmitted, 60 packets received");

                // Frames in clear, from the host that is known, are dropped.
                String received = "busybox awk '/vx-001001/ {print $3}' /proc/net/dev";
                String before = two.run(received);
                one.run("ip xfrm policy flush; ip xfrm state flush");
                assertThat(left.pingsAtOnce(target)).isFalse();
                assertThat(onTheWire(two)).startsWith("0 ");
                // … also where the sender's own rules do not hold them back.
                one.run("nft flush chain inet gantry forged");
                left.tryRun("busybox ping -c2 -W1 " + target);
                one.run("nft delete table inet gantry || true");
                left.tryRun("busybox ping -c2 -W1 " + target);
                assertThat(two.run(received)).isEqualTo(before);
            }
            // The next engine has other keys; what was agreed on before serves until then.
            try (KernelNetworks again = two.driver(US, underlay(there, here))) {
                EncryptionPlan anew = EncryptionPlan.of(there, 4790).with(here);
                again.encrypt(anew);
                again.reconcile(List.of(network), List.of());
                assertThat(two.run("ip xfrm state")).contains("0x00001001", "0x00002003");
                anew = anew.sending(here, key(0x1009));
                again.encrypt(anew);
                assertThat(two.run("ip xfrm state"))
                        .contains("0x00001009", "0x00002003")
                        .doesNotContain("0x00001001");
                anew = anew.receiving(here, key(0x2009)).used(here, key(0x2009));
                again.encrypt(anew);
                assertThat(two.run("ip xfrm state"))
                        .contains("0x00001009", "0x00002009")
                        .doesNotContain("0x00002003");
                again.remove(network);
                assertThat(two.run("ip xfrm state; ip xfrm policy")).isBlank();
            }
        }
    }

    private static String output(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}
