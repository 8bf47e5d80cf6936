package dev.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.netlink.nftables.Chain;
import dev.gantry.linux.netlink.nftables.ConnectionState;
import dev.gantry.linux.netlink.nftables.Element;
import dev.gantry.linux.netlink.nftables.Family;
import dev.gantry.linux.netlink.nftables.Field;
import dev.gantry.linux.netlink.nftables.KeyType;
import dev.gantry.linux.netlink.nftables.NftSet;
import dev.gantry.linux.netlink.nftables.Nftables;
import dev.gantry.linux.netlink.nftables.Rule;
import dev.gantry.linux.netlink.nftables.Table;
import dev.gantry.linux.netlink.nftables.Value;
import dev.gantry.linux.netlink.route.InterfaceAddress;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Route;
import dev.gantry.linux.netlink.route.Rtnetlink;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Connections between namespaces that only messages of ours have connected: a server behind a bridge whose port
/// is published, and a client elsewhere.
@Tag("kernel")
class TrafficKernelTest {
    /// Answers each connection with the address it comes from.
    private static final String SERVER = """
            import socket, sys
            s = socket.create_server(("", int(sys.argv[1])))
            print("ready", flush=True)
            while True:
                c, peer = s.accept()
                c.sendall(peer[0].encode())
                c.close()
            """;

    private static final String CLIENT = """
            import socket, sys
            try:
                print(socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).recv(100).decode())
            except OSError as e:
                print(type(e).__name__)
            """;

    private static final Table TABLE = Table.of(Family.INET, "gantry");
    private static final Chain FORWARD =
            Chain.base(TABLE, "forward", Chain.Type.FILTER, Chain.Hook.FORWARD, 0, Chain.Policy.DROP);
    private static final Chain PREROUTING =
            Chain.base(TABLE, "prerouting", Chain.Type.NAT, Chain.Hook.PREROUTING, -100, Chain.Policy.ACCEPT);
    private static final Chain POSTROUTING =
            Chain.base(TABLE, "postrouting", Chain.Type.NAT, Chain.Hook.POSTROUTING, 100, Chain.Policy.ACCEPT);
    private static final NftSet BRIDGES = NftSet.of(TABLE, "bridges", KeyType.INTERFACE_NAME);
    private static final NftSet PORTS =
            NftSet.of(TABLE, "ports", KeyType.PROTOCOL, KeyType.PORT).to(KeyType.IPV4_ADDRESS, KeyType.PORT);

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void aPublishedPortIsReachedAndTheWayOutIsMasqueraded() throws Exception {
        try (var host = TestNamespace.open();
                var server = TestNamespace.open();
                var client = TestNamespace.open()) {
            connect(host, server, client);
            new Nftables(host.netfilter()).commit(rules());
            host.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
            Process published = server.start("python3", "-c", SERVER, "80");
            Process outside = client.start("python3", "-c", SERVER, "9000");
            try {
                assertThat(published.inputReader().readLine()).isEqualTo("ready");
                assertThat(outside.inputReader().readLine()).isEqualTo("ready");
                assertThat(client.run("python3", "-c", CLIENT, "192.0.2.1", "8080")
                                .strip())
                        .isEqualTo("192.0.2.2");
                assertThat(server.run("python3", "-c", CLIENT, "192.0.2.2", "9000")
                                .strip())
                        .isEqualTo("192.0.2.1");
                assertThat(client.run("python3", "-c", CLIENT, "192.0.2.1", "8081")
                                .strip())
                        .isEqualTo("ConnectionRefusedError");
                // Past the published port: the policy drops it.
                assertThat(client.run("python3", "-c", CLIENT, "10.7.0.2", "80").strip())
                        .isEqualTo("TimeoutError");
            } finally {
                published.destroyForcibly().waitFor();
                outside.destroyForcibly().waitFor();
            }
        }
    }

    private static void connect(TestNamespace host, TestNamespace server, TestNamespace client) {
        var net = new Rtnetlink(host.route());
        net.execute(LinkRequest.named("br0").bridge(_ -> {}).up().create());
        int bridge = net.link("br0").orElseThrow().index();
        net.execute(
                LinkRequest.named("v1")
                        .veth(LinkRequest.named("eth0").inNamespace(server.descriptor()))
                        .master(bridge)
                        .up()
                        .create(),
                LinkRequest.named("out")
                        .veth(LinkRequest.named("eth0").inNamespace(client.descriptor()))
                        .up()
                        .create(),
                InterfaceAddress.of(bridge, ip("10.7.0.1"), 24).add());
        net.execute(InterfaceAddress.of(net.link("out").orElseThrow().index(), ip("192.0.2.1"), 24)
                .add());
        configure(server, "10.7.0.2", "10.7.0.1");
        configure(client, "192.0.2.2", "192.0.2.1");
    }

    private static void configure(TestNamespace namespace, String own, String gateway) {
        var net = new Rtnetlink(namespace.route());
        int eth0 = net.link("eth0").orElseThrow().index();
        net.execute(
                InterfaceAddress.of(eth0, ip(own), 24).add(),
                LinkRequest.index(eth0).up().change(),
                Route.defaultVia(ip(gateway)).add());
    }

    private static List<Message> rules() {
        List<Message> all = new ArrayList<>(
                List.of(TABLE.add(), FORWARD.add(), PREROUTING.add(), POSTROUTING.add(), BRIDGES.add(), PORTS.add()));
        all.addAll(BRIDGES.addElements(List.of(Element.of(Value.interfaceName("br0")))));
        all.addAll(PORTS.addElements(
                List.of(Element.of(Value.u8(6), Value.port(8080)).to(Value.of(ip("10.7.0.2")), Value.port(80)))));
        all.add(Rule.in(PREROUTING)
                .destinationIsLocal()
                .dnatBy("ports", 4, true, Field.PROTOCOL, Field.DESTINATION_PORT)
                .rule()
                .add());
        all.add(Rule.in(FORWARD)
                .state(ConnectionState.ESTABLISHED, ConnectionState.RELATED)
                .accept()
                .rule()
                .add());
        all.add(Rule.in(FORWARD)
                .inSet("bridges", Field.INPUT_NAME)
                .notInSet("bridges", Field.OUTPUT_NAME)
                .accept()
                .rule()
                .add());
        all.add(Rule.in(FORWARD)
                .inSet("bridges", Field.OUTPUT_NAME)
                .tcp()
                .statusDnat()
                .originalDirection(true)
                .originalDestination(ip("192.0.2.1"))
                .accept()
                .rule()
                .add());
        all.add(Rule.in(POSTROUTING)
                .source(ip("10.7.0.0"), 24)
                .notOifname("br0")
                .masquerade()
                .rule()
                .add());
        return all;
    }
}
