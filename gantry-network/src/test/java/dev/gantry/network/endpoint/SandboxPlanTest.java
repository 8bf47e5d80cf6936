package dev.gantry.network.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.Span;
import dev.gantry.network.testing.Networks;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SandboxPlanTest {
    private static final ContainerId WEB = new ContainerId("ab".repeat(32));
    private final EndpointMaker maker = new EndpointMaker(new Random(5));

    private Attachment attach(Network network, EndpointRequest request) {
        return new Attachment(
                network,
                maker.make(network, new Addresses(network, Set.of()), WEB, List.of("web", "web.local"), request));
    }

    private static EndpointRequest priority(int priority) {
        return new EndpointRequest(List.of(), Map.of(), List.of(), List.of(), null, Map.of(), priority);
    }

    private static EndpointRequest options(Map<String, String> options) {
        return new EndpointRequest(List.of(), Map.of(), List.of(), List.of(), null, options, 0);
    }

    private static List<EndpointPlan> plan(Attachment... attachments) {
        return SandboxPlan.of(Instance.DEFAULT, List.of(attachments), Map.of()).endpoints();
    }

    @Test
    void oneEndpointOnABridge() {
        Attachment a = attach(
                Networks.bridge("front", "10.1.0.0/24"),
                new EndpointRequest(List.of("www"), Map.of(), List.of(), List.of(), null, Map.of(), 0));
        assertThat(plan(a).getFirst())
                .hasToString("eth0 02:42:0a:01:00:02 Veth[hostInterface=gv"
                        + a.endpoint().id().shortHex() + ", bridge=br-"
                        + a.network().id().shortHex() + ", isolated=false, hairpin=true] mtu 0 [10.1.0.2/24]"
                        + " [default via 10.1.0.1] [net.ipv6.conf.eth0.disable_ipv6=1, net.ipv6.conf.eth0.accept_dad=0]"
                        + " [web, www, abababababab, web.local]");
    }

    @Test
    void theHighestPriorityGivesTheGatewayThenTheFirstThatLeadsOut() {
        Network a = Networks.bridge("a", "10.1.0.0/24");
        Network b = Networks.bridge("b", "10.2.0.0/24");
        Network inside = Networks.internal("0-inside", "10.3.0.0/24");
        assertThat(plan(
                        attach(inside, EndpointRequest.ANY),
                        attach(b, EndpointRequest.ANY),
                        attach(a, EndpointRequest.ANY)))
                .extracting(p -> p.interfaceName() + " " + p.routes())
                .containsExactly("eth0 []", "eth1 []", "eth2 [default via 10.1.0.1]");
        assertThat(plan(attach(a, priority(1)), attach(b, priority(2))))
                .extracting(EndpointPlan::routes)
                .extracting(Object::toString)
                .containsExactly("[]", "[default via 10.2.0.1]");
        assertThat(plan(attach(inside, priority(9)), attach(b, priority(-1))))
                .as("an internal network leads nowhere")
                .extracting(EndpointPlan::hasDefaultGateway)
                .containsExactly(false, true);
    }

    @Test
    void eachFamilyHasItsOwnWayOut() {
        Network four = Networks.bridge("four", "10.1.0.0/24");
        Network six = Networks.bridge("six", "fd00:6::/64");
        assertThat(plan(attach(four, priority(5)), attach(six, EndpointRequest.ANY)))
                .extracting(p -> p.routes().toString())
                .containsExactly("[default via 10.1.0.1]", "[default via fd00:6::1]");
        Attachment only6 = attach(six, EndpointRequest.ANY);
        assertThat(only6.endpoint().address(Family.IPV4)).isEmpty();
        assertThat(only6.endpoint().mac().bytes()[0] & 3).isEqualTo(2);
    }

    @Test
    void aRunningContainersInterfacesKeepTheirNames() {
        Attachment first = attach(Networks.bridge("a", "10.1.0.0/24"), EndpointRequest.ANY);
        Attachment second = attach(Networks.bridge("b", "10.2.0.0/24"), EndpointRequest.ANY);
        List<EndpointPlan> plans = SandboxPlan.of(
                        Instance.DEFAULT,
                        List.of(first, second),
                        Map.of(second.endpoint().id(), "eth1"))
                .endpoints();
        assertThat(plans).extracting(EndpointPlan::interfaceName).containsExactly("eth0", "eth1");
    }

    @Test
    void optionsOfAnEndpointNameItsInterfaceAndSetItsSysctls() {
        Attachment a = attach(
                Networks.bridge("a", "10.1.0.0/24"),
                options(Map.of(
                        "com.docker.network.endpoint.ifname", "lan.5",
                        "com.docker.network.endpoint.sysctls",
                                "net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.IFNAME.accept_ra=0")));
        assertThat(plan(a).getFirst().sysctls().toString())
                .isEqualTo(
                        "[net.ipv6.conf.lan/5.disable_ipv6=1, net.ipv6.conf.lan/5.accept_dad=0, net.ipv4.conf.lan/5.log_martians=1,"
                                + " net.ipv6.conf.lan/5.accept_ra=0]");
        for (Map<String, String> bad : List.of(
                Map.of("com.docker.network.endpoint.sysctls", "kernel.panic=1"),
                Map.of("com.docker.network.endpoint.sysctls", "net.ipv4.conf.eth0.forwarding=1"),
                Map.of("com.docker.network.endpoint.ifname", "a/b"),
                Map.of("com.docker.network.endpoint.mtu", "1"))) {
            assertThatThrownBy(() -> attach(Networks.bridge("a", "10.1.0.0/24"), options(bad)))
                    .isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void linksMakeNoSenseWhereContainersDoNotReachEachOther() {
        Network apart =
                Networks.bridge("apart", "10.1.0.0/24", Map.of("com.docker.network.bridge.enable_icc", "false"));
        assertThat(plan(attach(apart, EndpointRequest.ANY)).getFirst().link())
                .isInstanceOfSatisfying(
                        Link.Veth.class, v -> assertThat(v.isolated()).isTrue());
        assertThatThrownBy(() -> attach(
                        apart,
                        new EndpointRequest(List.of(), Map.of("db", "pg"), List.of(), List.of(), null, Map.of(), 0)))
                .isInstanceOf(Unsupported.class);
    }

    @Test
    void aRefusedEndpointTakesNoAddress() {
        Network both = Networks.dual("both", "10.1.0.0/24", "fd00:1::/64");
        Addresses addresses = new Addresses(both, Set.of(Ip.parse("fd00:1::9")));
        EndpointRequest taken = new EndpointRequest(
                List.of(),
                Map.of(),
                List.of(Ip.parse("10.1.0.9"), Ip.parse("fd00:1::9")),
                List.of(),
                null,
                Map.of(),
                0);
        assertThatThrownBy(() -> maker.make(both, addresses, WEB, List.of("web"), taken))
                .hasMessageContaining("Address already in use");
        assertThat(addresses.holds(Ip.parse("10.1.0.9"))).isFalse();
    }

    @Test
    void onTheDefaultBridgeNobodyHasANameOrAFixedAddress() {
        Network bridge = Networks.bridge("bridge", "172.17.0.0/16");
        assertThat(plan(attach(bridge, EndpointRequest.ANY)).getFirst().dnsNames())
                .isEmpty();
        assertThatThrownBy(() -> attach(
                        bridge,
                        new EndpointRequest(
                                List.of(), Map.of(), List.of(Ip.parse("172.17.0.9")), List.of(), null, Map.of(), 0)))
                .hasMessageContaining("user specified IP address is supported on user defined networks only");
        assertThatThrownBy(() -> attach(
                        bridge, new EndpointRequest(List.of("x"), Map.of(), List.of(), List.of(), null, Map.of(), 0)))
                .hasMessageContaining("network-scoped aliases are only supported for user-defined networks");
    }

    @Test
    void aGivenMacAddressIsUsed() {
        MacAddress mac = new MacAddress("02:00:00:00:00:07");
        Attachment a = attach(
                Networks.bridge("a", "10.1.0.0/24"),
                new EndpointRequest(List.of(), Map.of(), List.of(), List.of(), mac, Map.of(), 0));
        assertThat(plan(a).getFirst().mac()).isEqualTo(mac);
    }

    @Test
    void whatANetworkNeedsOnTheHost() {
        Network both = Networks.dual("both", "10.1.0.0/24", "fd00:1::/64");
        assertThat(NetworkPlan.of(Instance.DEFAULT, both).hostAddresses())
                .containsExactly(Ip.parse("10.1.0.1"), Ip.parse("fd00:1::1"));
        Network vlan = Networks.of("v", "macvlan", "10.9.0.0/24", Map.of("parent", "eth0.50"));
        assertThat(NetworkPlan.of(Instance.DEFAULT, vlan).links())
                .containsExactly(new NetworkPlan.HostLink.Vlan("eth0.50", "eth0", 50));
        Network overlay = Networks.of(
                "o", "overlay", "10.8.0.0/24", Map.of("com.docker.network.driver.overlay.vxlanid_list", "4097"));
        assertThat(NetworkPlan.of(Instance.DEFAULT, overlay).links().get(1))
                .isEqualTo(new NetworkPlan.HostLink.Vxlan(
                        "vx-001001", Instance.DEFAULT.bridge(overlay), 4097, 1450, false));
        Network sealed = Networks.of(
                "s",
                "overlay",
                "10.8.0.0/24",
                Map.of("com.docker.network.driver.overlay.vxlanid_list", "4097", "encrypted", ""));
        assertThat(NetworkPlan.of(Instance.DEFAULT, sealed).links().get(1))
                .isEqualTo(
                        new NetworkPlan.HostLink.Vxlan("vx-001001", Instance.DEFAULT.bridge(sealed), 4097, 1413, true));
        Network far = overlay.with(new Span(Ip.parse("2001:db8::1"), Map.of()));
        assertThat(NetworkPlan.of(Instance.DEFAULT, far).links().get(1))
                .isEqualTo(
                        new NetworkPlan.HostLink.Vxlan("vx-001001", Instance.DEFAULT.bridge(far), 4097, 1430, false));
        assertThatThrownBy(() -> NetworkPlan.of(Instance.DEFAULT, Networks.of("o", "overlay", "10.8.0.0/24", Map.of())))
                .hasMessageContaining("vxlanid_list");
        assertThatThrownBy(() -> NetworkPlan.of(
                        Instance.DEFAULT, Networks.of("v", "macvlan", "10.9.0.0/24", Map.of("parent", "eth0.5000"))))
                .hasMessageContaining("1 to 4094");
    }

    @Test
    void linksAreReadAsDockersClientWritesThem() {
        assertThat(EndpointRequest.link("db:pg")).isEqualTo(Map.entry("pg", "db"));
        assertThat(EndpointRequest.link("db")).isEqualTo(Map.entry("db", "db"));
        assertThat(EndpointRequest.link("/db:/web/pg")).isEqualTo(Map.entry("pg", "db"));
        for (String bad : List.of("", ":x", "x:", "a:b:c")) {
            assertThatThrownBy(() -> EndpointRequest.link(bad)).hasMessageContaining("bad format for links");
        }
    }

    @Test
    void anIpvlanIsRoutedByItsParentOrReachesItsGatewayAndKeepsItsParentsHardwareAddress() {
        Map<String, String> routed = Map.of("parent", "eth1", "ipvlan_mode", "l3s", "ipvlan_flag", "private");
        Attachment a = attach(Networks.of("far", "ipvlan", "10.1.0.0/24", routed), EndpointRequest.ANY);
        assertThat(a.endpoint().mac().known()).isEmpty();
        assertThat(plan(a).getFirst().link()).hasToString("Ipvlan[parent=eth1, mode=L3S, flag=PRIVATE]");
        assertThat(plan(a).getFirst().routes()).hasToString("[default]");
        Network near = Networks.of("near", "ipvlan", "10.1.0.0/24", Map.of("parent", "eth1"));
        assertThat(plan(attach(near, EndpointRequest.ANY)).getFirst().routes()).hasToString("[default via 10.1.0.1]");
    }
}
