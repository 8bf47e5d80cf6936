package dev.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.nftables.Chain;
import dev.gantry.linux.netlink.nftables.Element;
import dev.gantry.linux.netlink.nftables.Family;
import dev.gantry.linux.netlink.nftables.KeyType;
import dev.gantry.linux.netlink.nftables.NftSet;
import dev.gantry.linux.netlink.nftables.Nftables;
import dev.gantry.linux.netlink.nftables.Rule;
import dev.gantry.linux.netlink.nftables.Table;
import dev.gantry.linux.netlink.nftables.Value;
import dev.gantry.linux.netlink.nftables.Verdict;
import dev.gantry.linux.netlink.route.ForwardingEntry;
import dev.gantry.linux.netlink.route.InterfaceAddress;
import dev.gantry.linux.netlink.route.Link;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.MacAddress;
import dev.gantry.linux.netlink.route.Neighbour;
import dev.gantry.linux.netlink.route.PolicyRule;
import dev.gantry.linux.netlink.route.Route;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// The codec without a kernel: bytes as they must be, round trips, and hostile input.
class CodecTest {
    private static final int ROUNDS = 3_000;

    private static final Table TABLE = Table.of(Family.INET, "gantry").commented("ours");
    private static final Chain CHAIN =
            Chain.base(TABLE, "c", Chain.Type.NAT, Chain.Hook.PREROUTING, -100, Chain.Policy.ACCEPT);
    private static final Rule RULE = Rule.in(CHAIN)
            .iifname("br0")
            .tcp()
            .destinationPort(80)
            .dnatTo(InetAddress.ofLiteral("10.0.0.2"), 8080)
            .comment("web")
            .rule();
    private static final NftSet SET = NftSet.of(TABLE, "s", KeyType.IPV4_ADDRESS)
            .to(KeyType.VERDICT)
            .withIntervals()
            .commented("x");
    private static final List<Element> ELEMENTS = List.of(
            Element.prefix(InetAddress.ofLiteral("10.0.0.0"), 8).to(Verdict.jump("c")),
            Element.of(Value.of(InetAddress.ofLiteral("11.0.0.1")))
                    .to(Verdict.DROP)
                    .commented("one"));

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void attributesArePaddedAndNestedAsTheManualHasIt() {
        byte[] bytes = new Encoder()
                .u32(7)
                .string(3, "eth0")
                .nest(18, e -> e.u16(1, 0x1234).be16(2, 0x1234))
                .u8(5, 1)
                .toBytes();
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("07000000" + "09000300" + "6574683000000000" + "14001280" + "06000100" + "34120000"
                        + "06000200" + "12340000" + "05000500" + "01000000");
    }

    @Test
    void aLinkIsMadeOfTheseBytes() {
        Message m = LinkRequest.named("br0")
                .bridge(b -> b.multicastSnooping(false))
                .mtu(1500)
                .up()
                .create();
        assertThat(HexFormat.of().formatHex(Message.encode(List.of(m), 5, NetlinkHeader.NLM_F_REQUEST)))
                .isEqualTo("4c000000" + "1000" + "0106" + "05000000" + "00000000" // header
                        + "00000000" + "00000000" + "01000000" + "01000000" // ifinfomsg
                        + "08000300" + "62723000" // IFLA_IFNAME
                        + "1c001280" // IFLA_LINKINFO
                        + "0b000100" + "6272696467650000" // IFLA_INFO_KIND
                        + "0c000280" + "05001700" + "00000000" // IFLA_INFO_DATA: IFLA_BR_MCAST_SNOOPING
                        + "08000400" + "dc050000"); // IFLA_MTU
    }

    @Test
    void whatIsWrittenIsRead() {
        for (int round = 0; round < ROUNDS; round++) {
            Encoder encoder = new Encoder().u32(42);
            List<Object> expected = new ArrayList<>();
            write(encoder, expected, 3);
            Message m = Message.decode(Message.encode(List.of(encoder.message("x", 16, 1)), 9, 4))
                    .getFirst();
            assertThat(m.u32(0)).isEqualTo(42);
            assertThat(m.flags()).isEqualTo(5);
            assertThat(m.sequence()).isEqualTo(9);
            assertThat(read(m.attributes(4), expected)).as("seed " + seed).isEqualTo(expected);
        }
    }

    private record Raw(String hex) {
        static Raw of(byte[] bytes) {
            return new Raw(HexFormat.of().formatHex(bytes));
        }
    }

    private void write(Encoder encoder, List<Object> expected, int depth) {
        int count = random.nextInt(6);
        for (int type = 1; type <= count; type++) {
            int n = random.nextInt();
            switch (random.nextInt(depth > 0 ? 7 : 6)) {
                case 0 -> {
                    encoder.u8(type, n);
                    expected.add((byte) n);
                }
                case 1 -> {
                    encoder.u16(type, n);
                    expected.add((short) n);
                }
                case 2 -> {
                    encoder.u32(type, n);
                    expected.add(n);
                }
                case 3 -> {
                    encoder.be64(type, n);
                    expected.add((long) n);
                }
                case 4 -> {
                    String text = "é".repeat(random.nextInt(200));
                    encoder.string(type, text);
                    expected.add(text);
                }
                case 5 -> {
                    byte[] bytes = new byte[random.nextInt(300)];
                    random.nextBytes(bytes);
                    encoder.bytes(type, bytes);
                    expected.add(Raw.of(bytes));
                }
                default -> {
                    List<Object> inside = new ArrayList<>();
                    encoder.nest(type, e -> write(e, inside, depth - 1));
                    expected.add(inside);
                }
            }
        }
    }

    private static List<Object> read(Attributes attributes, List<Object> shape) {
        List<Object> found = new ArrayList<>();
        int type = 0;
        for (Object s : shape) {
            type++;
            found.add(
                    switch (s) {
                        case Byte _ -> (byte) attributes.u8(type, 0);
                        case Short _ -> (short) attributes.u16(type, 0);
                        case Integer _ -> attributes.u32(type, 0);
                        case Long _ -> attributes.be64(type, 0);
                        case String _ -> attributes.string(type);
                        case Raw _ -> Raw.of(attributes.bytes(type));
                        case List<?> l -> read(attributes.nested(type), List.copyOf(l));
                        default -> throw new AssertionError(s);
                    });
        }
        assertThat(attributes).hasSize(type);
        return found;
    }

    @Test
    void hostileBytesAreRefusedAndNothingElse() {
        List<Message> seeds = List.of(
                LinkRequest.named("v")
                        .veth(LinkRequest.named("p").mac(MacAddress.parse("02:00:00:00:00:01")))
                        .mtu(9)
                        .create(),
                InterfaceAddress.of(3, InetAddress.ofLiteral("10.0.0.1"), 24)
                        .withoutDetection()
                        .add(),
                TABLE.add(),
                CHAIN.add(),
                RULE.add(),
                SET.add(),
                SET.addElements(ELEMENTS).getFirst(),
                Route.defaultVia(InetAddress.ofLiteral("fd00::1")).dev(2).add(),
                Neighbour.permanent(1, InetAddress.ofLiteral("fd00::2"), MacAddress.ZERO)
                        .replace(),
                ForwardingEntry.tunnel(4, MacAddress.ZERO, InetAddress.ofLiteral("10.0.0.2"))
                        .append(),
                PolicyRule.lookup(4, 5, 600).marked(1, 2).add());
        List<Function<Message, Object>> readers = List.of(
                Table::read,
                Chain::read,
                Rule::read,
                NftSet::read,
                m -> Nftables.elements(SET, List.of(m)),
                Link::read,
                InterfaceAddress::read,
                Route::read,
                Neighbour::read,
                ForwardingEntry::read,
                PolicyRule::read,
                m -> Ack.read(m, m),
                m -> walk(m.attributes(random.nextInt(20)), 0));
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = Message.encode(seeds, random.nextInt(), 0);
            for (int i = random.nextInt(8); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt() : 0xff);
            }
            byte[] cut = java.util.Arrays.copyOf(
                    bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length);
            try {
                List<Message> messages = Message.decode(cut);
                for (Message m : messages) {
                    refused += refusals(m, readers);
                }
            } catch (NetlinkError e) {
                assertThat(e.errno()).isEqualTo(Errno.EBADMSG);
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    private int refusals(Message m, List<Function<Message, Object>> readers) {
        int refused = 0;
        for (var reader : readers) {
            try {
                assertThat(reader.apply(m)).isNotNull();
            } catch (NetlinkError e) {
                assertThat(e.errno()).as("seed " + seed).isEqualTo(Errno.EBADMSG);
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        return refused;
    }

    private static int walk(Attributes attributes, int depth) {
        int count = 0;
        for (var a : attributes) {
            count += 1 + a.string().length();
            if (depth < 4) {
                try {
                    count += walk(a.nested(), depth + 1);
                } catch (NetlinkError _) {
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void aRuleIsMadeOfTheseBytes() {
        String data = HexFormat.of()
                .formatHex(Rule.in(CHAIN).tcp().drop().comment("x").rule().add().payload());
        assertThat(data)
                .isEqualTo(
                        "01000000" // nfgenmsg: NFPROTO_INET
                                + "0b000100" + "67616e7472790000" // NFTA_RULE_TABLE gantry
                                + "06000200" + "63000000" // NFTA_RULE_CHAIN c
                                + "84000480" // NFTA_RULE_EXPRESSIONS
                                + "24000180" + "09000100" + "6d65746100000000" // meta
                                + "14000280" + "08000100" + "00000001" + "08000200"
                                + "00000010" // l4proto into register 1
                                + "2c000180" + "08000100" + "636d7000" // cmp
                                + "20000280" + "08000100" + "00000001" + "08000200" + "00000000"
                                + "0c000380" + "05000100" + "06000000" // is 6
                                + "30000180" + "0e000100" + "696d6d656469617465000000" // immediate
                                + "1c000280" + "08000100" + "00000000" + "10000280" + "0c000280" + "08000100"
                                + "00000000"
                                + "08000700" + "00027800"); // NFTA_RULE_USERDATA: the comment x
    }

    @Test
    void whatIsWrittenInNfTablesIsRead() {
        assertThat(Table.read(TABLE.add())).isEqualTo(TABLE);
        assertThat(Chain.read(CHAIN.add())).isEqualTo(CHAIN);
        assertThat(Rule.read(RULE.add())).isEqualTo(RULE);
        assertThat(NftSet.read(SET.add())).isEqualTo(SET);
        assertThat(Nftables.elements(SET, SET.addElements(ELEMENTS))).isEqualTo(ELEMENTS);
        NftSet pairs =
                NftSet.of(TABLE, "p", KeyType.INTERFACE_NAME, KeyType.PORT).withIntervals();
        for (int round = 0; round < 100; round++) {
            int port = random.nextInt(0xffff);
            List<Element> some = List.of(Element.range(
                    List.of(Value.interfaceName("a" + round), Value.port(port)),
                    List.of(Value.interfaceName("a" + round), Value.port(0xffff))));
            assertThat(Nftables.elements(pairs, pairs.addElements(some))).isEqualTo(some);
        }
    }

    @Test
    void intervalsMayTouchAndReachBothEnds() {
        List<Element> touching = List.of(
                Element.range(List.of(Value.port(0)), List.of(Value.port(9))),
                Element.of(Value.port(10)),
                Element.range(List.of(Value.port(11)), List.of(Value.port(0xffff))));
        NftSet ports = NftSet.of(TABLE, "ports", KeyType.PORT).withIntervals();
        assertThat(Nftables.elements(ports, ports.addElements(touching))).isEqualTo(touching);
        NftSet plain = NftSet.of(TABLE, "ports", KeyType.PORT);
        assertThatThrownBy(() -> plain.addElements(touching)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAttributeThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> new Encoder().bytes(1, new byte[70_000])).isInstanceOf(NetlinkError.class);
        assertThatThrownBy(() ->
                        new Encoder().nest(1, e -> e.bytes(1, new byte[40_000]).bytes(2, new byte[40_000])))
                .isInstanceOfSatisfying(
                        NetlinkError.class, e -> assertThat(e.errno()).isEqualTo(Errno.EMSGSIZE));
        assertThatThrownBy(() -> LinkRequest.named("a\0b").create()).isInstanceOf(NetlinkError.class);
    }
}
