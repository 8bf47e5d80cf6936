package dev.gantry.network.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.netlink.nftables.Nftables;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.ElementChange;
import dev.gantry.network.firewall.Elements;
import dev.gantry.network.firewall.GantryTable;
import dev.gantry.network.firewall.NftText;
import dev.gantry.network.firewall.TablePlan;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import dev.gantry.network.testing.Tool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Our messages and nft's own make the same table.
@Tag("kernel")
class RuleMessagesKernelTest {
    private static final Instance US = Instance.DEFAULT;
    private static final Network WEB = Networks.dual("web", "10.1.0.0/24", "fd00:1::/64");
    private static final Network ROUTED = Networks.dual(
            "routed",
            "10.2.0.0/24",
            "fd00:2::/64",
            Map.of(
                    "com.docker.network.bridge.gateway_mode_ipv4", "routed",
                    "com.docker.network.bridge.gateway_mode_ipv6", "nat-unprotected",
                    "com.docker.network.bridge.trusted_host_interfaces", "eth7"));
    private static final Network APART = Networks.bridge(
            "apart",
            "10.3.0.0/24",
            Map.of(
                    "com.docker.network.bridge.enable_icc", "false",
                    "com.docker.network.host_ipv4", "192.0.2.7"));
    private static final Network INSIDE = Networks.internal("inside", "10.4.0.0/24");
    private static final List<Network> ALL = List.of(WEB, ROUTED, APART, INSIDE);
    private static final List<Attachment> PLACED = List.of(
            Placed.in(WEB, "a", "8080:80", "127.0.0.1:8081:81", "[fd00:9::1]:53:53/udp", "99:99/sctp"),
            Placed.in(ROUTED, "b", "8082:80"),
            Placed.in(APART, "c", "8083:80"),
            Placed.in(INSIDE, "d", "8084:80"));

    /// Sets have no order, and where nft makes a map of connection states we have two rules.
    private static List<String> parts(String listed) {
        return Arrays.stream(listed.replace(
                                "ct state vmap { invalid : drop, established : accept, related : accept }",
                                "ct state established,related accept\nct state invalid drop")
                        .replace("established | related", "established,related")
                        .split("[,\n{}]", -1))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .sorted()
                .toList();
    }

    @Test
    void theTableIsTheOneThatNftMakesOfItsText() {
        TablePlan plan = GantryTable.of(US).with(Elements.of(US, ALL, PLACED));
        try (TestHost ours = TestHost.open();
                TestHost theirs = TestHost.open();
                ContainerSockets sockets = ours.sockets()) {
            new Nftables(sockets.netfilter()).commit(new RuleMessages(plan).load(plan));
            theirs.run("nft -f - <<'END'\n" + NftText.load(plan) + "END");
            String list = "nft -sy list ruleset";
            assertThat(parts(ours.run(list))).isEqualTo(parts(theirs.run(list))).hasSizeGreaterThan(80);
        }
    }

    @Test
    void whatIsNotEncryptedIsKeptOutOfEncryptedTunnels() {
        Ip own = Ip.parse("192.0.2.1");
        Ip far = Ip.parse("2001:db8::1");
        List<Element> tunnels = new ArrayList<>(Elements.ofSealedTunnels(own, Set.of(Ip.parse("192.0.2.2")), 4790));
        tunnels.addAll(Elements.ofTunnels(far, Map.of(Ip.parse("2001:db8::2"), 7946), 4789));
        TablePlan plan = GantryTable.of(US, true).with(tunnels);
        try (TestHost ours = TestHost.open();
                TestHost theirs = TestHost.open();
                ContainerSockets sockets = ours.sockets()) {
            Assumptions.assumeTrue(
                    theirs.tryRun("ip xfrm policy count").code() == 0, "this kernel has no XFRM, and no rules for it");
            new Nftables(sockets.netfilter()).commit(new RuleMessages(plan).load(plan));
            theirs.run("nft -f - <<'END'\n" + NftText.load(plan) + "END");
            String list = "nft -sy list ruleset";
            assertThat(parts(ours.run(list))).isEqualTo(parts(theirs.run(list)));
            assertThat(ours.run(list)).contains("meta ipsec missing drop", "rt ipsec missing drop", "2001:db8::2");
        }
    }

    @Test
    void changesGoForthAndBack() {
        TablePlan empty = GantryTable.of(US);
        List<Element> none = Elements.of(US, ALL, List.of());
        List<Element> all = Elements.of(US, ALL, PLACED);
        try (TestHost host = TestHost.open();
                ContainerSockets sockets = host.sockets()) {
            var nft = new Nftables(sockets.netfilter());
            var messages = new RuleMessages(empty);
            nft.commit(messages.load(empty.with(none)));
            String list = "nft -sy list ruleset";
            List<String> before = parts(host.run(list));
            nft.commit(messages.change(ElementChange.between(none, all)));
            assertThat(host.run(list)).contains("tcp . 8080 : 10.1.0.2 . 80");
            nft.commit(messages.change(ElementChange.between(all, none)));
            assertThat(parts(host.run(list))).isEqualTo(before);
        }
    }

    @Test
    void theAdministratorsRulesStay() {
        TablePlan plan = GantryTable.of(US);
        try (TestHost host = TestHost.open();
                ContainerSockets sockets = host.sockets()) {
            var nft = new Nftables(sockets.netfilter());
            host.run("nft 'add table inet gantry; add chain inet gantry user-forward; "
                    + "add rule inet gantry user-forward tcp dport 22 drop'");
            nft.commit(new RuleMessages(plan).load(plan));
            nft.commit(new RuleMessages(plan).load(plan));
            String chain = host.run("nft list chain inet gantry user-forward");
            assertThat(chain.split("tcp dport 22 drop", -1)).hasSize(2);
        }
    }

    @Test
    void aThousandPortsAreOneTransaction() {
        List<Element> elements = Elements.of(US, ALL, List.of(Placed.in(WEB, "many", "10000-10999:1000-1999")));
        TablePlan plan = GantryTable.of(US).with(elements);
        try (TestHost host = TestHost.open();
                ContainerSockets sockets = host.sockets()) {
            new Nftables(sockets.netfilter()).commit(new RuleMessages(plan).load(plan));
            Tool.Result counted = host.tryRun("nft -y list map inet gantry published4 | grep -o 'tcp \\.' | wc -l");
            assertThat(counted.output().strip()).isEqualTo("1000");
        }
    }
}
