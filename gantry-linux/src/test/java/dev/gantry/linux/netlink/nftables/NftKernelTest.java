package dev.gantry.linux.netlink.nftables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.TestNamespace;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What nf_tables messages do, as `nft` sees it.
@Tag("kernel")
class NftKernelTest {
    private static final Table INET = Table.of(Family.INET, "gantry");
    private static final Chain FORWARD =
            Chain.base(INET, "forward", Chain.Type.FILTER, Chain.Hook.FORWARD, 0, Chain.Policy.DROP);
    private static final Chain PREROUTING =
            Chain.base(INET, "prerouting", Chain.Type.NAT, Chain.Hook.PREROUTING, -100, Chain.Policy.ACCEPT);
    private static final Chain POSTROUTING =
            Chain.base(INET, "postrouting", Chain.Type.NAT, Chain.Hook.POSTROUTING, 100, Chain.Policy.ACCEPT);
    private static final Chain PORTS = Chain.of(INET, "ports").commented("published");

    private TestNamespace host;
    private Nftables nft;

    @BeforeEach
    void open() {
        host = TestNamespace.open();
        nft = new Nftables(host.netfilter());
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

    private static List<Message> chains(Chain... chains) {
        List<Message> all = new ArrayList<>(List.of(INET.add()));
        for (Chain c : chains) {
            all.add(c.add());
        }
        return all;
    }

    private String ruleset() {
        return host.run("nft", "-a", "list", "ruleset");
    }

    /// Commits the rule alone in its chain and answers how nft writes it.
    private String written(Chain chain, RuleBuilder rule) {
        List<Message> all = chains(chain, PORTS);
        all.add(chain.flush());
        all.add(rule.rule().add());
        nft.commit(all);
        String text = host.run(
                "nft",
                "-nn",
                "list",
                "chain",
                chain.family().name().toLowerCase().replace("ipv4", "ip"),
                chain.table(),
                chain.name());
        String body = text.substring(text.indexOf('{', text.indexOf("chain")) + 1, text.indexOf('}'))
                .strip();
        return body.substring(body.lastIndexOf(';') + 1).strip();
    }

    @Test
    void tablesAndChainsAreAsTheyWereAsked() {
        nft.commit(chains(FORWARD, PREROUTING, PORTS));
        assertThat(ruleset())
                .contains("table inet gantry {")
                .contains("type filter hook forward priority filter; policy drop;")
                .contains("type nat hook prerouting priority dstnat; policy accept;")
                .contains("chain ports { # handle", "comment \"published\"");
        assertThat(nft.tables()).singleElement().satisfies(t -> {
            assertThat(t.name()).isEqualTo("gantry");
            assertThat(t.family()).isEqualTo(Family.INET);
            assertThat(t.handle()).isPositive();
        });
        assertThat(nft.chains())
                .extracting(Chain::name, Chain::entry, Chain::comment)
                .containsExactlyInAnyOrder(
                        tuple("forward", FORWARD.entry(), ""),
                        tuple("prerouting", PREROUTING.entry(), ""),
                        tuple("ports", PORTS.entry(), "published"));
        nft.commit(List.of(PORTS.delete()));
        assertThat(nft.chains()).hasSize(2);
        nft.commit(List.of(INET.delete()));
        assertThat(ruleset()).isBlank();
    }

    @Test
    void matchesReadAsNftWouldWriteThem() {
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD).iifname("br0").notOifname("br0").accept()))
                .isEqualTo("iifname \"br0\" oifname != \"br0\" accept");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD).notIifname("veth*").oifname("eth0").drop()))
                .isEqualTo("iifname != \"veth*\" oifname \"eth0\" drop");
        assertThat(written(FORWARD, Rule.in(FORWARD).iif(1).oif(1).counter().returns()))
                .isEqualTo("iif \"lo\" oif \"lo\" counter packets 0 bytes 0 return");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD)
                                .source(ip("10.1.2.3"), 24)
                                .destination(ip("10.2.0.1"), 32)
                                .drop()))
                .isEqualTo("ip saddr 10.1.2.0/24 ip daddr 10.2.0.1 drop");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD)
                                .notSource(ip("fd00::1"), 64)
                                .notDestination(ip("fd01::1"), 128)
                                .drop()))
                .isEqualTo("ip6 saddr != fd00::/64 ip6 daddr != fd01::1 drop");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD)
                                .tcp()
                                .sourcePort(53)
                                .destinationPort(80)
                                .jump(PORTS)))
                .isEqualTo("tcp sport 53 tcp dport 80 jump ports");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD).udp().destinationPorts(8000, 8010).goTo(PORTS)))
                .isEqualTo("udp dport 8000-8010 goto ports");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD).nfproto(6).protocol(47).packetType(2).accept()))
                .contains("meta nfproto 10", "meta l4proto 47", "meta pkttype 2 accept");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD)
                                .state(ConnectionState.ESTABLISHED, ConnectionState.RELATED)
                                .statusDnat()
                                .originalDirection(true)
                                .originalDestination(ip("192.0.2.1"))
                                .accept()))
                .isEqualTo("ct state 0x2,0x4 ct status 0x20 ct direction 0 ct original ip daddr 192.0.2.1 accept");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD).mark(0x10, 0xff).connectionMark(7, -1).accept()))
                .isEqualTo("meta mark & 0x000000ff == 0x00000010 ct mark 0x00000007 accept");
        assertThat(written(FORWARD, Rule.in(FORWARD).destinationIsLocal().accept()))
                .isEqualTo("fib daddr type 2 accept");
        assertThat(written(FORWARD, Rule.in(FORWARD).destinationIsNotLocal().accept()))
                .isEqualTo("fib daddr type != 2 accept");
    }

    @Test
    void actionsReadAsNftWouldWriteThem() {
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD)
                                .setMark(5)
                                .setConnectionMark(6)
                                .saveMark()
                                .restoreMark()))
                .isEqualTo("meta mark set 0x00000005 ct mark set 0x00000006 ct mark set meta mark"
                        + " meta mark set ct mark");
        assertThat(written(FORWARD, Rule.in(FORWARD).setMark(0x100, 0xff00)))
                .isEqualTo("meta mark set meta mark & 0xffff01ff | 0x00000100");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD).limit(10, 60, 7).log("no: ", 4).reject()))
                .isEqualTo("limit rate 10/minute burst 7 packets log prefix \"no: \" reject");
        assertThat(written(
                        FORWARD,
                        Rule.in(FORWARD).limitOver(10, 1, 7).logGroup("x", 3).drop()))
                .isEqualTo("limit rate over 10/second burst 7 packets log prefix \"x\" group 3 drop");
        assertThat(written(FORWARD, Rule.in(FORWARD).tcp().rejectWithReset()))
                .isEqualTo("meta l4proto 6 reject with tcp reset");
        assertThat(written(
                        PREROUTING,
                        Rule.in(PREROUTING).tcp().destinationPort(80).dnatTo(ip("10.0.0.2"), 8080)))
                .isEqualTo("tcp dport 80 dnat ip to 10.0.0.2:8080");
        assertThat(written(PREROUTING, Rule.in(PREROUTING).dnatTo(ip("fd00::2"), NatFlag.PERSISTENT)))
                .isEqualTo("dnat ip6 to fd00::2 persistent");
        assertThat(written(
                        PREROUTING,
                        Rule.in(PREROUTING).udp().destinationPort(53).redirectTo(5353)))
                .isEqualTo("udp dport 53 redirect to :5353");
        assertThat(written(
                        POSTROUTING,
                        Rule.in(POSTROUTING).source(ip("10.0.0.0"), 24).masquerade()))
                .isEqualTo("ip saddr 10.0.0.0/24 masquerade");
        assertThat(written(POSTROUTING, Rule.in(POSTROUTING).masquerade(NatFlag.FULLY_RANDOM)))
                .isEqualTo("masquerade fully-random");
        assertThat(written(POSTROUTING, Rule.in(POSTROUTING).udp().snatTo(ip("192.0.2.1"), 99)))
                .isEqualTo("meta l4proto 17 snat ip to 192.0.2.1:99");
        assertThat(written(POSTROUTING, Rule.in(POSTROUTING).snatTo(ip("192.0.2.1"))))
                .isEqualTo("snat ip to 192.0.2.1");
    }

    @Test
    void aTransparentProxyIsGivenItsPackets() {
        Chain mangle = Chain.base(INET, "mangle", Chain.Type.FILTER, Chain.Hook.PREROUTING, -150, Chain.Policy.ACCEPT);
        try {
            assertThat(written(
                            mangle,
                            Rule.in(mangle)
                                    .tcp()
                                    .tproxyTo(ip("127.0.0.1"), 5000)
                                    .accept()))
                    .isEqualTo("meta l4proto 6 tproxy ip to 127.0.0.1:5000 accept");
        } catch (NetlinkError e) {
            assertThat(e.errno()).isEqualTo(Errno.ENOENT);
            Assumptions.abort("this kernel has no tproxy");
        }
    }

    @Test
    void otherFamiliesNeedNoMatchOfTheirOwn() {
        Table four = Table.of(Family.IPV4, "gantry");
        Chain output = Chain.base(four, "output", Chain.Type.NAT, Chain.Hook.OUTPUT, -100, Chain.Policy.ACCEPT);
        nft.commit(List.of(four.add()));
        assertThat(written(
                        output,
                        Rule.in(output)
                                .destination(ip("127.0.0.11"), 32)
                                .udp()
                                .destinationPort(53)
                                .dnatTo(ip("127.0.0.11"), 40000)))
                .isEqualTo("ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:40000");
        Chain filter = Chain.base(four, "f", Chain.Type.FILTER, Chain.Hook.FORWARD, 0, Chain.Policy.ACCEPT);
        assertThat(written(filter, Rule.in(filter).reject())).isEqualTo("reject");
        assertThatThrownBy(() -> Rule.in(filter).source(ip("fd00::1"), 64)).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void setsAreLookedUpAndTheirElementsComeAndGo() {
        NftSet names = NftSet.of(INET, "names", KeyType.INTERFACE_NAME).commented("bridges");
        NftSet nets = NftSet.of(INET, "nets", KeyType.IPV4_ADDRESS).withIntervals();
        NftSet pairs = NftSet.of(INET, "pairs", KeyType.IPV4_ADDRESS, KeyType.PROTOCOL, KeyType.PORT)
                .withIntervals()
                .withTimeouts();
        List<Message> all = chains(FORWARD);
        all.addAll(List.of(names.add(), nets.add(), pairs.add()));
        all.addAll(names.addElements(List.of(
                Element.of(Value.interfaceName("br0")).commented("first"), Element.of(Value.interfaceName("br1")))));
        List<Element> intervals = List.of(
                Element.prefix(ip("10.0.0.0"), 8),
                Element.range(List.of(Value.of(ip("11.0.0.0"))), List.of(Value.of(ip("11.0.0.9")))),
                Element.of(Value.of(ip("192.0.2.7"))),
                Element.prefix(ip("240.0.0.0"), 4));
        all.addAll(nets.addElements(intervals));
        Element concatenated = Element.range(
                        List.of(Value.of(ip("10.0.0.1")), Value.u8(6), Value.port(80)),
                        List.of(Value.of(ip("10.0.0.9")), Value.u8(6), Value.port(90)))
                .expiringAfter(Duration.ofHours(1));
        all.addAll(pairs.addElements(List.of(concatenated)));
        all.add(Rule.in(FORWARD)
                .inSet("names", Field.INPUT_NAME)
                .notInSet("names", Field.OUTPUT_NAME)
                .drop()
                .rule()
                .add());
        all.add(Rule.in(FORWARD).notInSet("nets", Field.SOURCE_4).drop().rule().add());
        all.add(Rule.in(FORWARD)
                .inSet("pairs", Field.DESTINATION_4, Field.PROTOCOL, Field.DESTINATION_PORT)
                .accept()
                .rule()
                .add());
        nft.commit(all);
        assertThat(ruleset())
                .contains("set names { # handle", "type ifname comment \"bridges\"")
                .contains("\"br0\" comment \"first\"")
                .contains(
                        "type ipv4_addr flags interval elements = { 10.0.0.0/8, 11.0.0.0-11.0.0.9, 192.0.2.7, 240.0.0.0/4 }")
                .contains("type ipv4_addr . inet_proto . inet_service flags interval,timeout elements = "
                        + "{ 10.0.0.1-10.0.0.9 . tcp . 80-90 timeout 1h expires")
                .contains("iifname @names oifname != @names drop")
                .contains("ip saddr != @nets drop")
                .contains("ip daddr . meta l4proto . th dport @pairs accept");
        assertThat(nft.sets())
                .extracting(NftSet::name, NftSet::key, NftSet::intervals, NftSet::comment)
                .contains(tuple("names", names.key(), false, "bridges"), tuple("pairs", pairs.key(), true, ""));
        assertThat(nft.elements(names))
                .containsExactlyInAnyOrder(
                        Element.of(Value.interfaceName("br0")).commented("first"),
                        Element.of(Value.interfaceName("br1")));
        assertThat(nft.elements(nets)).isEqualTo(intervals);
        assertThat(nft.elements(pairs)).containsExactly(concatenated);
        List<Message> changes = new ArrayList<>(names.deleteElements(List.of(Element.of(Value.interfaceName("br0")))));
        changes.addAll(nets.deleteElements(intervals.subList(1, 3)));
        changes.add(pairs.flush());
        nft.commit(changes);
        assertThat(nft.elements(names)).containsExactly(Element.of(Value.interfaceName("br1")));
        assertThat(nft.elements(nets)).containsExactly(intervals.get(0), intervals.get(3));
        assertThat(nft.elements(pairs)).isEmpty();
    }

    @Test
    void mapsDecideAndTranslate() {
        NftSet verdicts = NftSet.of(INET, "verdicts", KeyType.INTERFACE_NAME).to(KeyType.VERDICT);
        NftSet ports =
                NftSet.of(INET, "targets", KeyType.PROTOCOL, KeyType.PORT).to(KeyType.IPV4_ADDRESS, KeyType.PORT);
        List<Message> all = chains(FORWARD, PREROUTING, PORTS);
        all.addAll(List.of(verdicts.add(), ports.add()));
        List<Element> decisions = List.of(
                Element.of(Value.interfaceName("br0")).to(Verdict.jump("ports")),
                Element.of(Value.interfaceName("br1")).to(Verdict.DROP));
        List<Element> targets =
                List.of(Element.of(Value.u8(6), Value.port(8080)).to(Value.of(ip("10.0.0.2")), Value.port(80)));
        all.addAll(verdicts.addElements(decisions));
        all.addAll(ports.addElements(targets));
        all.add(Rule.in(FORWARD).verdictBy("verdicts", Field.INPUT_NAME).rule().add());
        all.add(Rule.in(PREROUTING)
                .dnatBy("targets", 4, true, Field.PROTOCOL, Field.DESTINATION_PORT)
                .rule()
                .add());
        nft.commit(all);
        assertThat(ruleset())
                .contains("type ifname : verdict elements = {", "\"br0\" : jump ports", "\"br1\" : drop")
                .contains("type inet_proto . inet_service : ipv4_addr . inet_service elements = "
                        + "{ tcp . 8080 : 10.0.0.2 . 80 }")
                .contains("iifname vmap @verdicts")
                .contains("dnat ip to meta l4proto . th dport map @targets");
        assertThat(nft.elements(nft.sets().stream()
                        .filter(s -> s.name().equals("verdicts"))
                        .findFirst()
                        .orElseThrow()))
                .containsExactlyInAnyOrderElementsOf(decisions);
        assertThat(nft.elements(ports)).isEqualTo(targets);
        assertThat(nft.sets()).anySatisfy(s -> assertThat(s.data()).isEqualTo(ports.data()));
        List<Message> changes = new ArrayList<>(verdicts.deleteElements(decisions));
        changes.addAll(ports.deleteElements(targets));
        nft.commit(changes);
        assertThat(nft.elements(verdicts)).isEmpty();
        assertThat(nft.elements(ports)).isEmpty();
    }

    /// The shapes that a firewall of bridges and published ports needs, once by nft and once by us.
    @Test
    void whatWeMakeIsWhatNftMakes() {
        NftSet within = NftSet.of(INET, "within", KeyType.INTERFACE_NAME, KeyType.INTERFACE_NAME)
                .to(KeyType.VERDICT);
        NftSet hairpin = NftSet.of(INET, "hairpin", KeyType.INTERFACE_NAME, KeyType.IPV4_ADDRESS)
                .withIntervals();
        NftSet source = NftSet.of(INET, "source", KeyType.IPV4_ADDRESS)
                .to(KeyType.IPV4_ADDRESS)
                .withIntervals();
        NftSet six = NftSet.of(INET, "six", KeyType.IPV6_ADDRESS).withIntervals();
        NftSet published = NftSet.of(INET, "published", KeyType.IPV6_ADDRESS, KeyType.PROTOCOL, KeyType.PORT)
                .to(KeyType.IPV6_ADDRESS, KeyType.PORT);
        List<Message> ours = chains(FORWARD, PREROUTING, POSTROUTING, PORTS);
        List.of(within, hairpin, source, six, published).forEach(s -> ours.add(s.add()));
        ours.addAll(within.addElements(List.of(Element.of(Value.interfaceName("br0"), Value.interfaceName("br1"))
                .to(Verdict.goTo("ports")))));
        Value bridge = Value.interfaceName("br0");
        ours.addAll(hairpin.addElements(List.of(Element.range(
                List.of(bridge, Value.of(ip("10.7.0.0"))), List.of(bridge, Value.of(ip("10.7.0.255")))))));
        ours.addAll(
                source.addElements(List.of(Element.prefix(ip("10.7.0.0"), 24).to(Value.of(ip("192.0.2.1"))))));
        ours.addAll(six.addElements(List.of(Element.prefix(ip("fd00:7::"), 64))));
        ours.addAll(published.addElements(List.of(Element.of(Value.of(ip("fd00::1")), Value.u8(17), Value.port(53))
                .to(Value.of(ip("fd00:7::2")), Value.port(5353)))));
        List.of(
                        Rule.in(FORWARD).verdictBy("within", Field.INPUT_NAME, Field.OUTPUT_NAME),
                        Rule.in(PREROUTING)
                                .nfproto(6)
                                .destinationIsLocal()
                                .dnatBy(
                                        "published",
                                        6,
                                        true,
                                        Field.DESTINATION_6,
                                        Field.PROTOCOL,
                                        Field.DESTINATION_PORT),
                        Rule.in(POSTROUTING)
                                .statusDnat()
                                .inSet("hairpin", Field.OUTPUT_NAME, Field.SOURCE_4)
                                .masquerade(),
                        Rule.in(POSTROUTING).notOifname("br0").snatBy("source", 4, Field.SOURCE_4),
                        Rule.in(POSTROUTING)
                                .notOifname("br0")
                                .inSet("six", Field.SOURCE_6)
                                .masquerade())
                .forEach(r -> ours.add(r.rule().add()));
        nft.commit(ours);
        try (var other = TestNamespace.open()) {
            other.run("nft", """
                    table inet gantry {
                      map within { type ifname . ifname : verdict; elements = { "br0" . "br1" : goto ports } }
                      set hairpin { type ifname . ipv4_addr; flags interval; elements = { "br0" . 10.7.0.0/24 } }
                      map source { type ipv4_addr : ipv4_addr; flags interval; elements = { 10.7.0.0/24 : 192.0.2.1 } }
                      set six { type ipv6_addr; flags interval; elements = { fd00:7::/64 } }
                      map published { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service
                        elements = { fd00::1 . udp . 53 : fd00:7::2 . 5353 } }
                      chain forward { type filter hook forward priority 0; policy drop;
                        iifname . oifname vmap @within; }
                      chain prerouting { type nat hook prerouting priority -100; policy accept;
                        meta nfproto ipv6 fib daddr type local dnat ip6 to ip6 daddr . meta l4proto . th dport map @published; }
                      chain postrouting { type nat hook postrouting priority 100; policy accept;
                        ct status dnat oifname . ip saddr @hairpin masquerade
                        oifname != "br0" snat ip to ip saddr map @source
                        oifname != "br0" ip6 saddr @six masquerade; }
                      chain ports { comment "published"; }
                    }
                    """);
            assertThat(host.run("nft", "list", "ruleset")).isEqualTo(other.run("nft", "list", "ruleset"));
        }
    }

    @Test
    void rulesAreFoundAgainByTheirCommentAndChangedByTheirHandle() {
        List<Message> all = chains(FORWARD);
        for (String comment : List.of("one", "two", "three")) {
            all.add(Rule.in(FORWARD)
                    .iifname(comment)
                    .accept()
                    .comment(comment)
                    .rule()
                    .add());
        }
        nft.commit(all);
        assertThat(ruleset()).contains("iifname \"two\" accept comment \"two\" # handle");
        List<Rule> rules = nft.rules(INET);
        assertThat(rules).extracting(Rule::comment).containsExactly("one", "two", "three");
        Rule two = rules.get(1);
        assertThat(two.expressions()).hasSize(3);
        RuleBuilder wanted = Rule.in(FORWARD).drop();
        nft.commit(List.of(
                rules.get(0).delete(),
                wanted.comment("after").rule().addAfter(two.handle()),
                wanted.comment("before").rule().insertBefore(two.handle()),
                wanted.comment("first").rule().insert(),
                wanted.comment("instead").rule().replace(rules.get(2).handle())));
        assertThat(nft.rules()).extracting(Rule::comment).containsExactly("first", "before", "two", "after", "instead");
        nft.commit(List.of(FORWARD.flush()));
        assertThat(nft.rules()).isEmpty();
        assertThat(nft.chains()).hasSize(1);
    }

    @Test
    void aTransactionIsDoneWholeOrNotAtAll() {
        nft.commit(chains(FORWARD));
        String before = ruleset();
        int generation = nft.generation();
        assertThatThrownBy(() -> nft.commit(List.of(
                        Rule.in(FORWARD).drop().rule().add(),
                        Rule.in(PORTS).accept().comment("lost").rule().add(),
                        Rule.in(FORWARD).jump(PORTS).rule().add())))
                .isInstanceOfSatisfying(NetlinkError.class, e -> {
                    assertThat(e.request()).isEqualTo("add rule lost of chain ports");
                    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(e.getSuppressed()).hasSize(1);
                });
        assertThat(ruleset()).isEqualTo(before);
        assertThat(nft.generation()).isEqualTo(generation);
        nft.commitIf(generation, List.of(Rule.in(FORWARD).drop().rule().add()));
        assertThat(nft.generation()).isNotEqualTo(generation);
        assertThatThrownBy(() -> nft.commitIf(generation, List.of(FORWARD.flush())))
                .isInstanceOfSatisfying(NetlinkError.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ERESTART);
                    assertThat(e.during("x")).isInstanceOf(Conflict.class);
                });
        assertThat(nft.rules()).hasSize(1);
        nft.commit(List.of());
        nft.commit(Nftables.replace(INET, PORTS.add()));
        assertThat(nft.chains()).extracting(Chain::name).containsExactly("ports");
    }

    @Test
    void aLargeTransactionGoesAtOnce() {
        NftSet nets = NftSet.of(INET, "nets", KeyType.IPV4_ADDRESS);
        List<Message> all = chains(FORWARD);
        all.add(nets.add());
        all.addAll(nets.addElements(IntStream.range(0, 5000)
                .mapToObj(i -> Element.of(Value.of(ip("10.1." + i / 250 + "." + i % 250)))
                        .commented("c".repeat(100)))
                .toList()));
        for (int i = 0; i < 1000; i++) {
            all.add(Rule.in(FORWARD)
                    .iifname("veth" + i)
                    .tcp()
                    .destinationPort(i)
                    .accept()
                    .comment("rule " + i)
                    .rule()
                    .add());
        }
        nft.commit(all);
        assertThat(nft.rules()).hasSize(1000);
        assertThat(nft.elements(nets)).hasSize(5000);
    }

    @Test
    void anOwnedTableGoesWithItsSocket() {
        nft.commit(List.of(INET.ownedBySocket().add()));
        assertThat(nft.tables())
                .singleElement()
                .satisfies(t -> assertThat(t.owned()).isTrue());
        assertThat(host.run("nft", "list", "tables")).contains("table inet gantry");
        host.netfilter().close();
        assertThat(host.run("nft", "list", "tables")).isBlank();
    }

    @Test
    void listenersHearOfRules() {
        host.netfilterEvents().subscribe(Nftables.GROUP);
        List<Message> all = chains(FORWARD);
        all.add(Rule.in(FORWARD).drop().comment("heard").rule().add());
        nft.commit(all);
        List<Message> heard = new ArrayList<>();
        for (int i = 0; i < 10 && heard.stream().noneMatch(Rule::isIn); i++) {
            heard.addAll(host.netfilterEvents().events(Duration.ofSeconds(2)).messages());
        }
        assertThat(heard.stream().filter(Rule::isIn).map(Rule::read))
                .extracting(Rule::comment)
                .containsExactly("heard");
        assertThat(heard.stream().filter(Table::isIn)).hasSize(1);
        assertThat(heard.stream().filter(Chain::isIn)).hasSize(1);
    }

    @Test
    void whatNftMadeIsReadToo() {
        host.run(
                "nft",
                "add table ip theirs; add chain ip theirs c { type filter hook input priority 0; };"
                        + "add rule ip theirs c tcp dport { 22, 80-90 } ct state vmap { new : accept, invalid : drop } comment \"x\";"
                        + "add set ip theirs s { typeof ip dscp; }");
        assertThat(nft.rules()).singleElement().satisfies(r -> {
            assertThat(r.comment()).isEqualTo("x");
            assertThat(r.expressions()).extracting(Expression::name).contains("lookup", "payload");
        });
        for (NftSet set : nft.sets()) {
            assertThat(nft.elements(set)).isNotNull();
        }
        assertThat(nft.sets()).hasSizeGreaterThanOrEqualTo(3);
    }
}
