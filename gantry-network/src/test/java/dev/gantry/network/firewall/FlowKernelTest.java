package dev.gantry.network.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.address.Family;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.Link;
import dev.gantry.network.endpoint.NetworkPlan;
import dev.gantry.network.endpoint.Route;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.Tool;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Real packets through the planned table: a host, two neighbours of it, containers in several networks;
/// all of them network namespaces that end with the script. Each container serves the address its client
/// came from.
@Tag("kernel")
class FlowKernelTest {
    private static final Instance US = Instance.DEFAULT;

    private static final Network WEB = Networks.dual("web", "10.1.0.0/24", "fd00:1::/64");
    private static final Network OTHER = Networks.dual("other", "10.2.0.0/24", "fd00:2::/64");
    private static final Network APART =
            Networks.bridge("apart", "10.3.0.0/24", Map.of("com.docker.network.bridge.enable_icc", "false"));
    private static final Network INSIDE = Networks.internal("inside", "10.4.0.0/24");
    private static final Network ROUTED =
            Networks.bridge("routed", "10.5.0.0/24", Map.of("com.docker.network.bridge.gateway_mode_ipv4", "routed"));

    /// By whether frames on bridges pass the IP hooks too (`bridge-nf-call-iptables`): the host's
    /// administrator and other engines decide that, so both have to work.
    private static final Map<Boolean, Map<String, String>> ANSWERS = new HashMap<>();

    /// Sets up everything once and asks; no answer is `-`.
    @BeforeAll
    static void askBoth() {
        ask(false);
        ask(true);
    }

    private static void ask(boolean bridgeHooks) {
        Assumptions.assumeTrue(Tool.isRoot(), "needs root for network namespaces");
        Assumptions.assumeTrue(
                Tool.isThere("nft") && Tool.isThere("ip") && Tool.isThere("busybox"), "needs nft, ip and busybox");
        Addresses web = new Addresses(WEB, Set.of());
        Addresses apart = new Addresses(APART, Set.of());
        List<Network> networks = List.of(WEB, OTHER, APART, INSIDE, ROUTED);
        Map<String, Attachment> containers = Map.of(
                "a", Placed.in(WEB, web, "a", "8080:80", "127.0.0.1:8081:80", "192.0.2.1:8082:80"),
                "b", Placed.in(WEB, web, "b"),
                "c", Placed.in(OTHER, "c"),
                "d", Placed.in(APART, apart, "d", "8084:80"),
                "e", Placed.in(APART, apart, "e"),
                "f", Placed.in(INSIDE, "f"),
                "g", Placed.in(ROUTED, "g", "80:80"));
        StringBuilder script = new StringBuilder(HOST);
        script.append(BRIDGE_HOOKS.formatted(bridgeHooks ? 1 : 0));
        networks.forEach(n -> script.append(network(n)));
        containers.forEach((name, a) -> script.append(container(name, a)));
        TablePlan table = GantryTable.of(US).with(Elements.of(US, networks, containers.values()));
        script.append("nft -f - <<'END'\n")
                .append(NftText.load(table))
                .append("END\n")
                .append(QUESTIONS);
        Tool.Result result = Tool.run(
                script.toString(),
                List.of("unshare", "-n", "-m", "-p", "--fork", "--kill-child", "--mount-proc", "sh", "-e"));
        for (String line : result.output().split("\n")) {
            int equals = line.indexOf('=');
            ANSWERS.computeIfAbsent(bridgeHooks, _ -> new HashMap<>())
                    .put(line.substring(0, Math.max(0, equals)), line.substring(equals + 1));
        }
        assertThat(result.code()).as(result.output()).isZero();
    }

    private static final String BRIDGE_HOOKS = """
            for f in /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/bridge/bridge-nf-call-ip6tables; do
            [ ! -e $f ] || echo %s > $f; done
            """;

    private static final String HOST = """
            mount -t tmpfs none /run; mkdir -p /run/netns /run/www/cgi-bin
            printf '#!/bin/sh\\necho; echo $REMOTE_ADDR | tr -d []\\n' > /run/www/cgi-bin/who; chmod +x /run/www/cgi-bin/who
            ip link set lo up
            for n in out lan; do ip netns add $n; ip -n $n link set lo up; done
            ip link add w0 type veth peer name w1 netns out
            ip addr add 192.0.2.1/24 dev w0; ip addr add 2001:db8::1/64 dev w0 nodad; ip link set w0 up
            ip -n out addr add 192.0.2.9/24 dev w1; ip -n out addr add 2001:db8::9/64 dev w1 nodad; ip -n out link set w1 up
            ip -n out route add 10.0.0.0/8 via 192.0.2.1
            ip -n out route add 127.0.0.0/8 via 192.0.2.1 table 5
            serve() { ip netns exec $1 busybox httpd -f -p $2 -h /run/www & }
            ask() { name=$1; shift; echo "$name=$("$@" || echo -)"; }
            cat > /run/get <<'END'
            exec 2> /dev/null 3<> /dev/tcp/$1/$2 || exit 1
            printf 'GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3 | sed s/^::ffff://
            END
            get() { timeout 0.5 bash /run/get $1 $2; }
            from() { ip netns exec $1 timeout 0.5 bash /run/get $2 $3; }
            serve out 80
            """;

    private static String network(Network network) {
        NetworkPlan plan = NetworkPlan.of(US, network);
        StringBuilder text = new StringBuilder();
        for (NetworkPlan.HostLink link : plan.links()) {
            var bridge = (NetworkPlan.HostLink.Bridge) link;
            text.append("ip link add ").append(bridge.name()).append(" type bridge; ip link set ");
            text.append(bridge.name()).append(" up\n");
            plan.sysctls().forEach(s -> text.append(set(s)));
            bridge.addresses()
                    .forEach(a -> text.append("ip addr add " + a + " dev " + bridge.name()
                            + nodad(a.address().family())));
        }
        return text.toString();
    }

    private static String set(Sysctl s) {
        return "echo " + s.value() + " > /proc/sys/" + s.name().replace('.', '/') + "\n";
    }

    private static String nodad(Family family) {
        return family == Family.IPV6 ? " nodad\n" : "\n";
    }

    private static String container(String name, Attachment a) {
        EndpointPlan plan = SandboxPlan.of(US, List.of(a), Map.of()).endpoints().getFirst();
        var veth = (Link.Veth) plan.link();
        StringBuilder text = new StringBuilder("ip netns add " + name + "; ip -n " + name + " link set lo up\n");
        text.append("ip link add " + veth.hostInterface() + " type veth peer name " + plan.interfaceName() + " address "
                + plan.mac() + " netns " + name + "\n");
        text.append("ip link set " + veth.hostInterface() + " master " + veth.bridge() + " up\n");
        text.append("ip link set " + veth.hostInterface() + " type bridge_slave hairpin "
                + (veth.hairpin() ? "on" : "off") + " isolated " + (veth.isolated() ? "on" : "off") + "\n");
        plan.addresses()
                .forEach(x -> text.append("ip -n " + name + " addr add " + x + " dev " + plan.interfaceName()
                        + nodad(x.address().family())));
        plan.sysctls().forEach(x -> text.append("ip netns exec " + name + " sh -c '" + set(x).strip() + "'\n"));
        text.append("ip -n " + name + " link set " + plan.interfaceName() + " up\n");
        for (Route r : plan.routes()) {
            text.append("ip -n " + name + " route add " + r + "\n");
        }
        return text.append("serve " + name + " 80\n").toString();
    }

    private static final String QUESTIONS = """
            until from out 2001:db8::1 8080 > /dev/null; do sleep 0.1; done
            ask out-published4 from out 192.0.2.1 8080
            ask out-published6 from out 2001:db8::1 8080
            ask out-at-address from out 192.0.2.1 8082
            ask out-loopback-only from out 192.0.2.1 8081
            ask out-direct from out 10.1.0.2 80
            ask out-routed from out 10.5.0.2 80
            ask out-apart from out 192.0.2.1 8084
            ask host-published get 192.0.2.1 8080
            ask host-loopback get 127.0.0.1 8080
            ask host-loopback-only get 127.0.0.1 8081
            ask host-direct get 10.1.0.2 80
            ask same-network from b 10.1.0.2 80
            ask same-network6 from b fd00:1::2 80
            ask same-network-published from b 192.0.2.1 8080
            ask itself-published from a 192.0.2.1 8080
            ask other-network from c 10.1.0.2 80
            ask other-network6 from c fd00:1::2 80
            ask other-published from c 192.0.2.1 8080
            ask apart-direct from e 10.3.0.2 80
            ask apart-published from e 192.0.2.1 8084
            ask inside-published from f 192.0.2.1 8080
            ask inside-out from f 192.0.2.9 80
            ask outwards from b 192.0.2.9 80
            ask outwards-routed from g 192.0.2.9 80
            ip -n out addr add 198.51.100.9/32 dev lo
            ip -n out route add 127.0.0.1/32 via 192.0.2.1 dev w1 src 192.0.2.9 table 7
            ip -n out rule add to 127.0.0.1 lookup 7 pref 0 2>/dev/null || true
            echo 1 > /proc/sys/net/ipv4/conf/w0/route_localnet
            ip netns exec out sh -c 'echo 1 > /proc/sys/net/ipv4/conf/w1/route_localnet'
            ask out-spoofs-loopback from out 127.0.0.1 8081
            nft add rule inet gantry user-published ip saddr 192.0.2.9 tcp dport 8080 drop
            ask out-user-published from out 192.0.2.1 8080
            ask out-user-published-another from out 192.0.2.1 8082
            nft add rule inet gantry user-forward ip saddr 10.2.0.0/24 ip daddr 10.1.0.2 accept
            ask other-network-allowed from c 10.1.0.2 80
            nft flush chain inet gantry user-published
            ask out-again from out 192.0.2.1 8080
            nft 'add table inet mine; add chain inet mine f { type filter hook forward priority 10; }; \
            add rule inet mine f ip daddr 10.1.0.2 drop'
            ask out-another-table from out 192.0.2.1 8080
            """;

    private static void hears(String question, String answer) {
        ANSWERS.forEach((hooks, answers) -> assertThat(answers.get(question))
                .as("%s, frames on bridges pass the IP hooks: %s", question, hooks)
                .isEqualTo(answer));
    }

    @Test
    void aPublishedPortIsReachedFromOutsideAndSeesItsClient() {
        hears("out-published4", "192.0.2.9");
        hears("out-published6", "2001:db8::9");
        hears("out-at-address", "192.0.2.9");
        hears("out-apart", "192.0.2.9");
    }

    @Test
    void aPortPublishedOnLoopbackStaysThere() {
        hears("out-loopback-only", "-");
        hears("out-spoofs-loopback", "-");
        hears("host-loopback-only", "10.1.0.1");
    }

    @Test
    void theHostReachesPublishedPortsOnEveryAddressOfItsOwn() {
        hears("host-published", "192.0.2.1");
        hears("host-loopback", "10.1.0.1");
        hears("host-direct", "10.1.0.1");
    }

    @Test
    void whatIsNotPublishedIsClosed() {
        hears("out-direct", "-");
        hears("other-network", "-");
        hears("other-network6", "-");
    }

    @Test
    void containersOfOneNetworkReachEachOther() {
        hears("same-network", "10.1.0.3");
        hears("same-network6", "fd00:1::3");
    }

    @Test
    void containersReachPublishedPortsOfTheirOwnNetworkOfAnotherAndOfThemselves() {
        hears("same-network-published", "10.1.0.1");
        hears("itself-published", "10.1.0.1");
        hears("other-published", "10.2.0.2");
    }

    @Test
    void withoutIccContainersMeetOnlyAtPublishedPorts() {
        hears("apart-direct", "-");
        assertThat(ANSWERS.get(false).get("apart-published")).isEqualTo("10.3.0.1");
        // Bridge ports that are isolated: a frame that is translated while on the bridge has nowhere to go.
        assertThat(ANSWERS.get(true).get("apart-published")).isIn("10.3.0.1", "-");
    }

    @Test
    void anInternalNetworkEndsAtItsBridge() {
        hears("inside-out", "-");
        hears("inside-published", "-");
    }

    @Test
    void connectionsOutwardsGetTheHostsAddressUnlessRouted() {
        hears("outwards", "192.0.2.1");
        hears("outwards-routed", "10.5.0.2");
        hears("out-routed", "192.0.2.9");
    }

    @Test
    void anAdministratorsRulesWin() {
        hears("out-user-published", "-");
        hears("out-user-published-another", "192.0.2.9");
        hears("other-network-allowed", "10.2.0.2");
        hears("out-again", "192.0.2.9");
        hears("out-another-table", "-");
    }
}
