package dev.gantry.linux.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Ack;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.TestNamespace;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What rtnetlink messages do, as `ip` and `bridge` see it.
@Tag("kernel")
class RouteKernelTest {
    private static final MacAddress MAC = MacAddress.parse("02:42:ac:11:00:02");

    private TestNamespace host;
    private Rtnetlink net;

    @BeforeEach
    void open() {
        host = TestNamespace.open();
        net = new Rtnetlink(host.route());
    }

    @AfterEach
    void close() {
        if (host != null) {
            host.close();
        }
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    private int index(String name) {
        return net.link(name).orElseThrow().index();
    }

    @Test
    void aBridgeHasTheOptionsThatWereAsked() {
        net.execute(LinkRequest.named("br0")
                .bridge(b -> b.multicastSnooping(false)
                        .groupForwarding(0x4000)
                        .forwardDelayHundredths(0)
                        .ageingHundredths(12300)
                        .spanningTree(false)
                        .callNetfilter(true))
                .mtu(1400)
                .mac(MAC)
                .create());
        net.execute(LinkRequest.named("br0")
                .alias("network of two")
                .noLinkLocalAddress()
                .up()
                .change());
        assertThatThrownBy(() -> LinkRequest.named("br1").alias("x").create())
                .isInstanceOf(IllegalStateException.class);
        assertThat(host.run("ip", "-d", "-j", "link", "show", "br0"))
                .contains("\"mcast_snooping\":0")
                .contains("\"group_fwd_mask\":\"0x4000\"")
                .contains("\"forward_delay\":0")
                .contains("\"ageing_time\":12300")
                .contains("\"nf_call_iptables\":1")
                .contains("\"nf_call_ip6tables\":1")
                .contains("\"inet6_addr_gen_mode\":\"none\"")
                .contains("\"mtu\":1400")
                .contains("\"address\":\"" + MAC + "\"")
                .contains("\"ifalias\":\"network of two\"")
                .contains("\"UP\"");
        Link link = net.link("br0").orElseThrow();
        assertThat(link.kind()).isEqualTo("bridge");
        assertThat(link.mac()).isEqualTo(MAC);
        assertThat(link.alias()).isEqualTo("network of two");
        assertThat(link.mtu()).isEqualTo(1400);
        assertThat(link.isUp()).isTrue();
        assertThat(net.links()).extracting(Link::name).contains("lo", "br0");
        assertThat(net.link(link.index()).orElseThrow().name()).isEqualTo("br0");
    }

    @Test
    void aBridgeFiltersVlans() {
        assumeKernelHas(
                LinkRequest.named("br0")
                        .bridge(b -> b.vlanFiltering(true).defaultPvid(7))
                        .create(),
                "VLANs in bridges");
        assertThat(host.run("ip", "-d", "-j", "link", "show", "br0"))
                .contains("\"vlan_filtering\":1", "\"vlan_default_pvid\":7");
    }

    @Test
    void aPairBeginsInTwoNamespacesWithNameAndAddressGiven() {
        try (var inside = TestNamespace.open()) {
            net.execute(LinkRequest.named("br0").bridge(_ -> {}).up().create());
            net.execute(LinkRequest.named("veth1")
                    .veth(LinkRequest.named("eth0")
                            .inNamespace(inside.descriptor())
                            .mac(MAC)
                            .mtu(1450))
                    .master(index("br0"))
                    .mtu(1450)
                    .up()
                    .create());
            var there = new Rtnetlink(inside.route());
            Link eth0 = there.link("eth0").orElseThrow();
            there.execute(
                    InterfaceAddress.of(eth0.index(), ip("10.7.0.2"), 24)
                            .withBroadcast(ip("10.7.0.255"))
                            .add(),
                    InterfaceAddress.of(eth0.index(), ip("fd00:7::2"), 64)
                            .withoutDetection()
                            .add(),
                    LinkRequest.index(eth0.index()).up().change(),
                    Route.defaultVia(ip("10.7.0.1")).add(),
                    Route.defaultVia(ip("fd00:7::1")).add());

            assertThat(eth0.mac()).isEqualTo(MAC);
            assertThat(eth0.kind()).isEqualTo("veth");
            assertThat(eth0.parent()).isEqualTo(index("veth1"));
            assertThat(eth0.parentNamespace()).isNotNegative();
            assertThat(net.link("veth1").orElseThrow().master()).isEqualTo(index("br0"));
            assertThat(host.run("ip", "-j", "link", "show", "veth1")).contains("\"master\":\"br0\"", "\"mtu\":1450");
            assertThat(inside.run("ip", "-o", "addr", "show", "eth0"))
                    .contains("inet 10.7.0.2/24 brd 10.7.0.255", "inet6 fd00:7::2/64 scope global nodad");
            assertThat(inside.run("ip", "route")).contains("default via 10.7.0.1 dev eth0");
            assertThat(inside.run("ip", "-6", "route")).contains("default via fd00:7::1 dev eth0");
            net.execute(LinkRequest.named("veth1").delete());
            assertThat(there.link("eth0")).isEmpty();
        }
    }

    @Test
    void aLinkIsRenamedMovedDetachedAndPutDown() {
        try (var other = TestNamespace.open()) {
            net.execute(
                    LinkRequest.named("br0").bridge(_ -> {}).create(),
                    LinkRequest.named("a").veth(LinkRequest.named("b")).create());
            net.execute(LinkRequest.named("a").master(index("br0")).up().change());
            net.execute(LinkRequest.named("a").noMaster().down().change());
            Link a = net.link("a").orElseThrow();
            assertThat(a.master()).isZero();
            assertThat(a.isUp()).isFalse();
            net.execute(LinkRequest.index(a.index()).rename("c").change());
            net.execute(LinkRequest.named("c").inNamespace(other.descriptor()).change());
            assertThat(net.link("c")).isEmpty();
            assertThat(other.run("ip", "-o", "link", "show", "c")).contains(" c@");
        }
    }

    @Test
    void aPortIsIsolatedAndAnswersForItsNeighbours() {
        net.execute(
                LinkRequest.named("br0").bridge(_ -> {}).create(),
                LinkRequest.named("a").veth(LinkRequest.named("b")).create());
        net.execute(LinkRequest.named("a").master(index("br0")).change());
        net.execute(LinkRequest.index(index("a"))
                .changePort(p -> p.isolated(true)
                        .hairpin(true)
                        .suppressNeighbours(true)
                        .learning(false)
                        .unicastFlood(false)
                        .multicastFlood(false)
                        .broadcastFlood(false)));
        assertThat(host.run("ip", "-d", "-j", "link", "show", "a"))
                .contains("\"isolated\":true")
                .contains("\"hairpin\":true")
                .contains("\"neigh_suppress\":true")
                .contains("\"learning\":false")
                .contains("\"flood\":false")
                .contains("\"mcast_flood\":false")
                .contains("\"bcast_flood\":false");
    }

    @Test
    void aVxlanKnowsItsPeersByEntries() {
        net.execute(LinkRequest.named("vx0")
                .vxlan(
                        4097,
                        v -> v.port(4789)
                                .local(ip("192.0.2.1"))
                                .learning(false)
                                .proxy(true)
                                .reportUnknownMac(true)
                                .reportUnknownAddress(true)
                                .timeToLive(9)
                                .checksums(true))
                .create());
        int vx = index("vx0");
        net.execute(
                ForwardingEntry.tunnel(vx, MacAddress.ZERO, ip("192.0.2.2")).append(),
                ForwardingEntry.tunnel(vx, MacAddress.ZERO, ip("192.0.2.3")).append(),
                ForwardingEntry.tunnel(vx, MAC, ip("192.0.2.2")).add(),
                Neighbour.permanent(vx, ip("10.9.0.2"), MAC).replace());
        assertThat(host.run("ip", "-d", "-j", "link", "show", "vx0"))
                .contains("\"id\":4097", "\"port\":4789", "\"local\":\"192.0.2.1\"", "\"learning\":false")
                .contains("\"proxy\":true", "\"l2miss\":true", "\"l3miss\":true", "\"ttl\":9");
        assertThat(host.run("bridge", "fdb", "show", "dev", "vx0"))
                .contains("00:00:00:00:00:00 dst 192.0.2.2 self permanent")
                .contains("00:00:00:00:00:00 dst 192.0.2.3 self permanent")
                .contains(MAC + " dst 192.0.2.2 self permanent");
        assertThat(host.run("ip", "neigh", "show")).contains("10.9.0.2 dev vx0 lladdr " + MAC + " PERMANENT");
        assertThat(net.link("vx0").orElseThrow().vxlanId()).isEqualTo(4097);
        assertThat(net.forwardingEntries())
                .contains(ForwardingEntry.tunnel(vx, MAC, ip("192.0.2.2")))
                .contains(ForwardingEntry.tunnel(vx, MacAddress.ZERO, ip("192.0.2.3")));
        assertThat(net.neighbours()).contains(Neighbour.permanent(vx, ip("10.9.0.2"), MAC));
        net.execute(
                ForwardingEntry.tunnel(vx, MAC, ip("192.0.2.2")).delete(),
                ForwardingEntry.tunnel(vx, MacAddress.ZERO, ip("192.0.2.3")).delete(),
                Neighbour.permanent(vx, ip("10.9.0.2"), MAC).delete());
        assertThat(host.run("bridge", "fdb", "show", "dev", "vx0")).doesNotContain(MAC.toString(), "192.0.2.3");
        assertThat(net.neighbours()).isEmpty();
    }

    @Test
    void aVxlanMayHaveAGroupOverALinkAndIpv6() {
        net.execute(LinkRequest.named("a").veth(LinkRequest.named("b")).create());
        int below = index("a");
        net.execute(
                LinkRequest.named("vx0")
                        .vxlan(1, v -> v.group(ip("239.1.1.1")).link(below).port(4789))
                        .create(),
                LinkRequest.named("vx1")
                        .vxlan(2, v -> v.local(ip("fd00::1")).port(4790).group(ip("fd00::2")))
                        .create());
        assertThat(host.run("ip", "-d", "-j", "link", "show", "vx0"))
                .contains("\"group\":\"239.1.1.1\"", "\"link\":\"a\"");
        assertThat(host.run("ip", "-d", "-j", "link", "show", "vx1"))
                .contains("\"remote6\":\"fd00::2\"", "\"local6\":\"fd00::1\"");
    }

    @Test
    void macvlansHaveTheirModes() {
        net.execute(LinkRequest.named("a").veth(LinkRequest.named("b")).create());
        int parent = index("a");
        for (var mode : List.of(
                LinkRequest.MacvlanMode.BRIDGE, LinkRequest.MacvlanMode.PRIVATE, LinkRequest.MacvlanMode.VEPA)) {
            net.execute(LinkRequest.named("m0").macvlan(mode).parent(parent).create());
            assertThat(host.run("ip", "-d", "-j", "link", "show", "m0"))
                    .contains("\"mode\":\"" + mode.name().toLowerCase() + "\"", "\"link\":\"a\"");
            assertThat(net.link("m0").orElseThrow().parent()).isEqualTo(parent);
            net.execute(LinkRequest.named("m0").delete());
        }
        net.execute(LinkRequest.named("m0")
                .macvlan(LinkRequest.MacvlanMode.PASSTHRU)
                .parent(parent)
                .create());
        assertThat(host.run("ip", "-d", "-j", "link", "show", "m0")).contains("\"mode\":\"passthru\"");
    }

    @Test
    void ipvlansHaveTheirModes() {
        net.execute(LinkRequest.named("a").veth(LinkRequest.named("b")).create());
        Message create = LinkRequest.named("i0")
                .ipvlan(LinkRequest.IpvlanMode.L3S, LinkRequest.IpvlanFlag.PRIVATE)
                .parent(index("a"))
                .create();
        assumeKernelHas(create, "ipvlan");
        assertThat(host.run("ip", "-d", "-j", "link", "show", "i0")).contains("\"mode\":\"l3s\"");
    }

    @Test
    void dummiesAreMade() {
        assumeKernelHas(LinkRequest.named("d0").dummy().create(), "dummy");
        assertThat(net.link("d0").orElseThrow().kind()).isEqualTo("dummy");
    }

    private void assumeKernelHas(Message create, String kind) {
        Ack ack = host.route().attempt(List.of(create)).getFirst();
        Assumptions.assumeFalse(ack.errno().equals(Errno.EOPNOTSUPP), "this kernel has no " + kind);
        assertThat(ack.done()).as(ack.toString()).isTrue();
    }

    @Test
    void routesGoWhereTheySay() {
        net.execute(LinkRequest.named("a").veth(LinkRequest.named("b")).up().create());
        int a = index("a");
        net.execute(LinkRequest.named("b").up().change());
        InterfaceAddress own = InterfaceAddress.of(a, ip("10.1.0.1"), 24);
        net.execute(own.add());
        Route onLink = Route.to(ip("10.3.0.0"), 16).via(ip("172.30.0.1")).dev(a).gatewayOnLink();
        Route metric = Route.to(ip("10.4.0.0"), 16).via(ip("10.1.0.9")).dev(a).metric(77);
        Route table = Route.defaultVia(ip("10.1.0.2")).dev(a).table(4321).source(ip("10.1.0.1"));
        Route scoped = Route.to(ip("10.6.0.0"), 16).dev(a);
        Route hole = Route.blackhole(ip("10.5.0.0"), 16);
        Route six = Route.unreachable(ip("fd00:5::"), 64).metric(1024);
        net.execute(onLink.add(), metric.add(), table.add(), scoped.add(), hole.add(), six.add());
        assertThat(host.run("ip", "-d", "route"))
                .contains("unicast 10.3.0.0/16 via 172.30.0.1 dev a proto boot scope global onlink")
                .contains("unicast 10.4.0.0/16 via 10.1.0.9 dev a proto boot scope global metric 77")
                .contains("blackhole 10.5.0.0/16 proto boot")
                .contains("unicast 10.6.0.0/16 dev a proto boot scope link");
        assertThat(host.run("ip", "route", "show", "table", "4321"))
                .contains("default via 10.1.0.2 dev a src 10.1.0.1");
        assertThat(host.run("ip", "-6", "route", "show", "type", "unreachable")).contains("unreachable fd00:5::/64");
        assertThat(net.routes()).contains(onLink, metric, table, scoped, hole);
        assertThat(net.routes())
                .anySatisfy(r -> assertThat(r)
                        .extracting(Route::destination, Route::type)
                        .containsExactly(ip("fd00:5::"), Route.Type.UNREACHABLE));
        Route changed = Route.to(ip("10.4.0.0"), 16).via(ip("10.1.0.8")).dev(a).metric(77);
        net.execute(changed.replace(), onLink.delete(), table.delete(), hole.delete(), six.delete());
        assertThat(net.routes()).contains(changed).doesNotContain(onLink, metric, table, hole);
        assertThat(net.addresses(a)).contains(own.withFlags(128).labelled("a"));
        net.execute(own.delete());
        assertThat(host.run("ip", "-4", "addr", "show", "a")).doesNotContain("10.1.0.1");
    }

    @Test
    void anAddressHasAPeerAndAScope() {
        net.execute(LinkRequest.named("a").veth(LinkRequest.named("b")).create());
        var pointToPoint = InterfaceAddress.of(index("a"), ip("10.1.0.1"), 32)
                .withPeer(ip("10.2.0.1"))
                .withScope(253);
        net.execute(pointToPoint.add());
        assertThat(host.run("ip", "-o", "addr", "show", "a")).contains("inet 10.1.0.1 peer 10.2.0.1/32 scope link");
        assertThat(net.addresses()).contains(pointToPoint.withFlags(128).labelled("a"));
    }

    @Test
    void policyRulesChooseTables() {
        PolicyRule marked = PolicyRule.lookup(4, 1000, 4321).marked(0x10, 0xff);
        PolicyRule from =
                PolicyRule.lookup(6, 1001, 77).from(ip("fd00:7::"), 64).comingInBy("lo");
        net.execute(marked.add(), from.add());
        assertThat(host.run("ip", "rule")).contains("1000: from all fwmark 0x10/0xff lookup 4321");
        assertThat(host.run("ip", "-6", "rule")).contains("1001: from fd00:7::/64 iif lo lookup 77");
        assertThat(net.policyRules()).contains(marked, from);
        net.execute(marked.delete(), from.delete());
        assertThat(net.policyRules()).doesNotContain(marked, from);
    }

    @Test
    void aRefusalHasTheKernelsWordsAndItsKind() {
        net.execute(LinkRequest.named("br0").bridge(_ -> {}).create());
        assertThatThrownBy(() ->
                        net.execute(LinkRequest.named("br0").bridge(_ -> {}).create()))
                .isInstanceOfSatisfying(NetlinkError.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.EEXIST);
                    assertThat(e.during("create network two"))
                            .isInstanceOf(Conflict.class)
                            .hasMessageStartingWith("create network two: create link br0: file exists");
                });
        assertThatThrownBy(() -> net.execute(Route.defaultVia(ip("10.9.9.9")).add()))
                .isInstanceOfSatisfying(NetlinkError.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ENETUNREACH);
                    assertThat(e.words()).isEqualTo("Nexthop has invalid gateway");
                    assertThat(e.during("x").why()).contains("Nexthop has invalid gateway");
                });
        assertThatThrownBy(() -> net.execute(LinkRequest.named("nobody").up().change()))
                .isInstanceOfSatisfying(
                        NetlinkError.class, e -> assertThat(e.during("x")).isInstanceOf(NotFound.class));
        assertThat(net.link("nobody")).isEmpty();
    }

    @Test
    void aBatchIsTriedToItsEndAndEachAnswerBelongsToItsRequest() {
        List<Message> requests = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            requests.add(Route.blackhole(ip("10.0." + (i / 2) + ".0"), 24).add());
        }
        List<Ack> acks = host.route().attempt(requests);
        assertThat(acks).extracting(Ack::request).containsExactlyElementsOf(requests);
        assertThat(acks).extracting(Ack::done).startsWith(true, false, true, false);
        assertThatThrownBy(() -> host.route().execute(requests))
                .isInstanceOf(NetlinkError.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(149));
        assertThat(net.routes())
                .filteredOn(r -> r.type() == Route.Type.BLACKHOLE)
                .hasSize(75);
    }

    @Test
    void aLongDumpIsRead() {
        for (int i = 0; i < 20; i++) {
            List<Message> requests = new ArrayList<>();
            for (int j = 0; j < 250; j++) {
                requests.add(Route.blackhole(ip("10." + i + "." + j + ".0"), 24).add());
            }
            host.route().execute(requests);
        }
        assertThat(net.routes())
                .filteredOn(r -> r.type() == Route.Type.BLACKHOLE)
                .hasSize(5000);
    }

    @Test
    void listenersHearOfLinksAndAreToldOfWhatTheyMissed() {
        var events = host.routeEvents();
        events.subscribe(Rtnetlink.Group.LINKS.number());
        assertThat(events.events(Duration.ofMillis(1)).messages()).isEmpty();
        net.execute(LinkRequest.named("br0").bridge(_ -> {}).create());
        var heard = events.events(Duration.ofSeconds(10));
        assertThat(heard.lost()).isFalse();
        assertThat(heard.messages()).allMatch(Link::isIn);
        assertThat(Link.read(heard.messages().getFirst()).name()).isEqualTo("br0");
        for (int i = 0; i < 300; i++) {
            net.execute(
                    LinkRequest.named("br0").up().change(),
                    LinkRequest.named("br0").down().change());
        }
        boolean lost = false;
        for (int i = 0; i < 2000 && !lost; i++) {
            lost = events.events(Duration.ZERO).lost();
        }
        assertThat(lost).isTrue();
    }
}
