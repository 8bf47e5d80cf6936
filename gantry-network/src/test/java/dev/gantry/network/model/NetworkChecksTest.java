package dev.gantry.network.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetworkChecksTest {
    private static final NetworkSpec WEB = NetworkSpec.named("web");

    private static Network existing(NetworkSpec spec) {
        return new Network(NetworkId.random(new Random(3)), Instant.EPOCH, spec, List.of());
    }

    private static void refused(NetworkSpec spec, Class<? extends GantryException> kind, String words) {
        assertThatThrownBy(() -> NetworkChecks.check(spec, List.of()))
                .isInstanceOf(kind)
                .hasMessageContaining(words);
    }

    private static NetworkSpec with(String key, String value) {
        return WEB.withOptions(Map.of(key, value));
    }

    private static NetworkSpec with(String subnet, String range, String gateway, Map<String, Ip> reserved) {
        return WEB.withPools(List.of(new PoolSpec(
                Subnet.parse(subnet),
                range.isEmpty() ? null : Subnet.parse(range),
                gateway.isEmpty() ? null : Ip.parse(gateway),
                reserved)));
    }

    @Test
    void aPlainNetworkIsABridgeOfThisHost() {
        NetworkSpec spec = NetworkChecks.check(WEB, List.of());
        assertThat(spec.driver()).isEqualTo("bridge");
        assertThat(spec.scope()).isEqualTo("local");
        assertThat(DriverOptions.read(spec)).isInstanceOfSatisfying(DriverOptions.Bridge.class, b -> {
            assertThat(b.betweenContainers()).isTrue();
            assertThat(b.masquerade()).isTrue();
            assertThat(b.gatewayMode4()).isEqualTo(GatewayMode.NAT);
            assertThat(b.interfacePrefix()).isEqualTo("eth");
            assertThat(b.mtu()).isZero();
        });
    }

    @Test
    void namesThatAreOursOrTakenAreRefused() {
        refused(NetworkSpec.named(" "), InvalidArgument.class, "name is empty");
        refused(NetworkSpec.named("host"), Forbidden.class, "operation is not permitted on predefined host network");
        refused(NetworkSpec.named("a\nb"), InvalidArgument.class, "invalid name");
        assertThatThrownBy(() -> NetworkChecks.check(WEB, List.of(existing(WEB))))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("network with name web already exists");
        refused(WEB.withDriver("host"), Forbidden.class, "only one instance of \"host\" network is allowed");
        refused(WEB.withDriver("null"), Forbidden.class, "only one instance of \"null\" network is allowed");
    }

    @Test
    void predefinedAndUsedNetworksStay() {
        assertThatThrownBy(
                        () -> NetworkChecks.checkRemoval(existing(NetworkSpec.named("bridge")), List.of(), List.of()))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("bridge is a pre-defined network and cannot be removed");
        assertThatThrownBy(() -> NetworkChecks.checkRemoval(existing(WEB), List.of("db"), List.of()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("network web has active endpoints (db)");
        NetworkChecks.checkRemoval(existing(WEB), List.of(), List.of());
    }

    @Test
    void partsOfASubnetBelongTogether() {
        refused(with("10.0.0.0/24", "10.0.1.0/28", "", Map.of()), InvalidArgument.class, "doesn't contain ip-range");
        refused(with("10.0.0.0/24", "10.0.0.0/16", "", Map.of()), InvalidArgument.class, "bigger than its parent");
        refused(with("10.0.0.0/24", "fd00::/64", "", Map.of()), InvalidArgument.class, "is an IPv4 block");
        refused(with("10.0.0.0/24", "", "10.0.1.1", Map.of()), InvalidArgument.class, "invalid gateway 10.0.1.1");
        refused(
                with("10.0.0.0/24", "", "", Map.of("printer", Ip.parse("10.9.0.1"))),
                InvalidArgument.class,
                "invalid auxiliary address printer=10.9.0.1");
        refused(
                WEB.withPools(List.of(new PoolSpec(null, Subnet.parse("10.0.0.0/24"), null, Map.of()))),
                InvalidArgument.class,
                "without the subnet");
        refused(
                WEB.withPools(List.of(PoolSpec.of(Subnet.parse("fd00::/64")))),
                InvalidArgument.class,
                "IPv6 is not enabled");
        refused(
                WEB.withDriver("macvlan")
                        .withOptions(Map.of("parent", "eth0"))
                        .withPools(List.of(
                                PoolSpec.of(Subnet.parse("10.0.0.0/8")), PoolSpec.of(Subnet.parse("10.1.0.0/16")))),
                InvalidArgument.class,
                "Pool overlaps with other one on this address space");
        refused(
                WEB.withPools(
                        List.of(PoolSpec.of(Subnet.parse("10.0.0.0/16")), PoolSpec.of(Subnet.parse("10.1.0.0/16")))),
                InvalidArgument.class,
                "bridge driver doesn't support multiple IPv4 subnets");
    }

    @Test
    void aNetworkHasOneFamilyAtLeast() {
        refused(WEB.withFamilies(false, false), InvalidArgument.class, "IPv4 or IPv6 must be enabled");
        NetworkSpec six = NetworkChecks.check(
                WEB.withOptions(
                        Map.of("com.docker.network.enable_ipv4", "false", "com.docker.network.enable_ipv6", "true")),
                List.of());
        assertThat(six.ipv4()).isFalse();
        assertThat(six.ipv6()).isTrue();
    }

    @Test
    void optionsOfTheBridgeAreRead() {
        var spec = WEB.withOptions(Map.of(
                "com.docker.network.bridge.name", "br0",
                "com.docker.network.bridge.enable_icc", "false",
                "com.docker.network.bridge.enable_ip_masquerade", "0",
                "com.docker.network.bridge.host_binding_ipv4", "127.0.0.1",
                "com.docker.network.bridge.gateway_mode_ipv6", "routed",
                "com.docker.network.bridge.trusted_host_interfaces", "vxlan.1:eth3",
                "com.docker.network.driver.mtu", "1400",
                "com.docker.network.container_iface_prefix", "net",
                "com.docker.network.host_ipv4", "192.0.2.1",
                "my.own/note", "kept"));
        NetworkChecks.check(spec, List.of());
        assertThat(DriverOptions.read(spec))
                .isEqualTo(new DriverOptions.Bridge(
                        "br0",
                        false,
                        false,
                        Ip.parse("127.0.0.1"),
                        false,
                        false,
                        GatewayMode.NAT,
                        GatewayMode.ROUTED,
                        List.of(Ip.parse("192.0.2.1")),
                        List.of("vxlan.1", "eth3"),
                        1400,
                        "net"));
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        String bridge = "com.docker.network.bridge.";
        refused(
                with(bridge + "enable_icc", "maybe"),
                InvalidArgument.class,
                "failed to parse " + bridge + "enable_icc");
        refused(with(bridge + "name", "a/b"), InvalidArgument.class, "not a name of a network interface");
        refused(with(bridge + "name", "sixteen-letters-"), InvalidArgument.class, "not a name of a network interface");
        refused(with(bridge + "host_binding_ipv4", "::1"), InvalidArgument.class, "nil ip");
        refused(with(bridge + "gateway_mode_ipv4", "x"), InvalidArgument.class, "unknown gateway mode");
        refused(with(bridge + "gateway_mode_ipv4", "isolated"), InvalidArgument.class, "only be used for an internal");
        refused(with("com.docker.network.driver.mtu", "12"), InvalidArgument.class, "out of range");
        refused(
                with(bridge + "nam", "br0"),
                InvalidArgument.class,
                "the driver bridge has no option " + bridge + "nam");
        refused(WEB.withDriver("macvlan"), InvalidArgument.class, "needs an interface of the host");
        refused(
                WEB.withDriver("macvlan").withOptions(Map.of("parent", "eth0", "macvlan_mode", "l2")),
                InvalidArgument.class,
                "'bridge' mode is the macvlan driver default");
        refused(
                WEB.withDriver("ipvlan").withOptions(Map.of("parent", "lo")),
                InvalidArgument.class,
                "loopback interface is not a valid parent link");
        refused(
                WEB.withDriver("overlay").withOptions(Map.of("com.docker.network.driver.overlay.vxlanid_list", "x")),
                InvalidArgument.class,
                "vxlan id");
        refused(
                WEB.withDriver("overlay")
                        .withOptions(Map.of("com.docker.network.driver.overlay.vxlanid_list", "16777216")),
                InvalidArgument.class,
                "invalid vxlan id");
    }

    @Test
    void oneBridgeBelongsToOneNetwork() {
        NetworkSpec named = with("com.docker.network.bridge.name", "br7");
        Network other =
                existing(NetworkSpec.named("other").withOptions(Map.of("com.docker.network.bridge.name", "br7")));
        assertThatThrownBy(() -> NetworkChecks.check(named, List.of(other)))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("bridge name br7 is in use by network other");
    }

    private static NetworkSpec on(String driver, String name, String parent, String mode) {
        String key = driver + "_mode";
        return NetworkSpec.named(name).withDriver(driver).withOptions(Map.of("parent", parent, key, mode));
    }

    @Test
    void onlyMacvlansShareTheirParent() {
        List<Network> there = List.of(
                existing(on("macvlan", "lan", "eth0", "bridge")),
                existing(on("ipvlan", "routed", "eth1", "l3")),
                existing(on("macvlan", "alone", "eth2", "passthru")),
                existing(NetworkSpec.named("cfg").withConfig(true, "").withOptions(Map.of("parent", "eth3"))));
        NetworkChecks.check(on("macvlan", "web", "eth0", "private"), there);
        NetworkChecks.check(on("ipvlan", "web", "eth3", "l2"), there);
        NetworkChecks.check(on("ipvlan", "web", "eth1.50", "l2"), there);
        for (NetworkSpec second : List.of(
                on("ipvlan", "web", "eth0", "l2"),
                on("macvlan", "web", "eth0", "passthru"),
                on("ipvlan", "web", "eth1", "l3"),
                on("macvlan", "web", "eth1", "bridge"),
                on("macvlan", "web", "eth2", "bridge"))) {
            assertThatThrownBy(() -> NetworkChecks.check(second, there))
                    .as(second.toString())
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("is already using parent interface");
        }
    }

    @Test
    void aNetworkTakesWhatItsConfigurationNetworkHas() {
        NetworkSpec config = NetworkSpec.named("cfg")
                .withConfig(true, "")
                .withOptions(Map.of("com.docker.network.driver.mtu", "1400"))
                .withPools(List.of(PoolSpec.of(Subnet.parse("10.5.0.0/24"))));
        Network stored = existing(NetworkChecks.check(config, List.of()));
        NetworkSpec made = NetworkChecks.check(WEB.withConfig(false, "cfg"), List.of(stored));
        assertThat(made.ipam()).isEqualTo(config.ipam());
        assertThat(made.options()).isEqualTo(config.options());
        assertThatThrownBy(() -> NetworkChecks.check(WEB.withConfig(false, "gone"), List.of(stored)))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> NetworkChecks.check(
                        with("com.docker.network.driver.mtu", "1300").withConfig(false, "cfg"), List.of(stored)))
                .hasMessageContaining("user specified configurations are not supported");
        refused(config.withInternal(true), InvalidArgument.class, "configuration networks can only contain");
        assertThatThrownBy(() -> NetworkChecks.checkRemoval(stored, List.of(), List.of(existing(made))))
                .hasMessageContaining("in use by web");
    }

    @Test
    void namesOnTheHostFitTheKernelAndTellEnginesApart() {
        assertThat(Instance.DEFAULT.table()).isEqualTo("gantry");
        Instance other = Instance.ofRoot("/srv/gantry");
        assertThat(other).isEqualTo(Instance.ofRoot("/srv/gantry")).isNotEqualTo(Instance.ofRoot("/srv/other"));
        assertThat(other.defaultBridge()).startsWith("gantry0-").hasSizeLessThanOrEqualTo(15);
        Network network = existing(WEB);
        assertThat(other.bridge(network))
                .isEqualTo("br-" + network.id().shortHex())
                .hasSizeLessThanOrEqualTo(15);
        assertThat(Instance.hostInterface(EndpointId.random(new Random(1)))).hasSizeLessThanOrEqualTo(15);
    }
}
