package dev.gantry.linux.netlink.nftables;

import dev.gantry.base.InvalidArgument;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Writes a rule in words near to those of nft(8), first what matches, then what is done. What needs a protocol or
/// an address family to make sense adds that match itself where the table has several; ports follow [#tcp],
/// [#udp] or [#protocol], as in nft.
public final class RuleBuilder {
    private static final int ONE = NftHeader.NFT_REG_1;
    private static final int TWO = NftHeader.NFT_REG_2;
    private static final int TCP = 6; // IPPROTO_* of <netinet/in.h>
    private static final int UDP = 17;
    private static final int RTN_LOCAL = 2; // <linux/rtnetlink.h>
    private static final int ICMP_PORT_UNREACH = 3; // <linux/icmp.h>
    private static final int ICMPV6_PORT_UNREACH = 4; // <linux/icmpv6.h>
    private static final int ETH_P_IP = 0x0800; // <linux/if_ether.h>
    private static final int ETH_P_IPV6 = 0x86dd;

    private final Chain chain;
    private final List<Expression> expressions = new ArrayList<>();
    private String comment = "";
    private int family;

    RuleBuilder(Chain chain) {
        this.chain = chain;
        this.family = chain.family() == Family.IPV4 || chain.family() == Family.IPV6
                ? chain.family().number()
                : 0;
    }

    // Where it came in and goes out.

    /// A name that ends in `*` stands for all that begin so.
    public RuleBuilder iifname(String name) {
        return name(NftHeader.NFT_META_IIFNAME, NftHeader.NFT_CMP_EQ, name);
    }

    public RuleBuilder notIifname(String name) {
        return name(NftHeader.NFT_META_IIFNAME, NftHeader.NFT_CMP_NEQ, name);
    }

    public RuleBuilder oifname(String name) {
        return name(NftHeader.NFT_META_OIFNAME, NftHeader.NFT_CMP_EQ, name);
    }

    public RuleBuilder notOifname(String name) {
        return name(NftHeader.NFT_META_OIFNAME, NftHeader.NFT_CMP_NEQ, name);
    }

    /// By index: faster, and bound to this link even when another gets its name.
    public RuleBuilder iif(int index) {
        return meta(NftHeader.NFT_META_IIF, Value.u32(index));
    }

    public RuleBuilder oif(int index) {
        return meta(NftHeader.NFT_META_OIF, Value.u32(index));
    }

    /// The link it came in by belongs to this group (`ip link set … group`).
    public RuleBuilder iifgroup(int group) {
        return meta(NftHeader.NFT_META_IIFGROUP, Value.u32(group));
    }

    public RuleBuilder oifgroup(int group) {
        return meta(NftHeader.NFT_META_OIFGROUP, Value.u32(group));
    }

    /// It was sent through a socket of a user of this host, who is another than this one.
    public RuleBuilder notSocketUser(int uid) {
        return with(Expression.meta(NftHeader.NFT_META_SKUID, ONE))
                .with(Expression.compare(NftHeader.NFT_CMP_NEQ, Value.u32(uid), ONE));
    }

    /// It did not come through IPsec.
    public RuleBuilder notEncrypted() {
        return meta(NftHeader.NFT_META_SECPATH, Value.u8(0));
    }

    /// Its route does not lead through IPsec.
    public RuleBuilder notToBeEncrypted() {
        return with(Expression.rt(NftHeader.NFT_RT_XFRM, ONE))
                .with(Expression.compare(NftHeader.NFT_CMP_EQ, Value.u8(0), ONE));
    }

    // Addresses, protocols, ports.

    /// `family` is 4 or 6.
    public RuleBuilder nfproto(int version) {
        return ofFamily(version == 4 ? NftHeader.NFPROTO_IPV4 : NftHeader.NFPROTO_IPV6);
    }

    public RuleBuilder source(InetAddress address, int prefixLength) {
        return address(true, NftHeader.NFT_CMP_EQ, address, prefixLength);
    }

    public RuleBuilder notSource(InetAddress address, int prefixLength) {
        return address(true, NftHeader.NFT_CMP_NEQ, address, prefixLength);
    }

    public RuleBuilder destination(InetAddress address, int prefixLength) {
        return address(false, NftHeader.NFT_CMP_EQ, address, prefixLength);
    }

    public RuleBuilder notDestination(InetAddress address, int prefixLength) {
        return address(false, NftHeader.NFT_CMP_NEQ, address, prefixLength);
    }

    public RuleBuilder tcp() {
        return protocol(TCP);
    }

    public RuleBuilder udp() {
        return protocol(UDP);
    }

    /// By its `IPPROTO_*`.
    public RuleBuilder protocol(int number) {
        return meta(NftHeader.NFT_META_L4PROTO, Value.u8(number));
    }

    public RuleBuilder sourcePort(int port) {
        return equal(Field.SOURCE_PORT, Value.port(port));
    }

    public RuleBuilder destinationPort(int port) {
        return equal(Field.DESTINATION_PORT, Value.port(port));
    }

    /// Both included.
    public RuleBuilder destinationPorts(int from, int to) {
        return with(Field.DESTINATION_PORT.into(ONE))
                .with(Expression.range(NftHeader.NFT_RANGE_EQ, Value.port(from), Value.port(to), ONE));
    }

    /// `PACKET_*` of <linux/if_packet.h>: 0 to this host, 1 broadcast, 2 multicast, 3 to others.
    public RuleBuilder packetType(int type) {
        return meta(NftHeader.NFT_META_PKTTYPE, Value.u8(type));
    }

    /// The destination is an address of this host, as the routing tables have it.
    public RuleBuilder destinationIsLocal() {
        return local(NftHeader.NFT_CMP_EQ);
    }

    public RuleBuilder destinationIsNotLocal() {
        return local(NftHeader.NFT_CMP_NEQ);
    }

    private RuleBuilder local(int operation) {
        return with(Expression.fib(NftHeader.NFT_FIB_RESULT_ADDRTYPE, NftHeader.NFTA_FIB_F_DADDR, ONE))
                .with(Expression.compare(operation, Value.u32(RTN_LOCAL), ONE));
    }

    // Marks.

    /// The bits of `mask` have this value.
    public RuleBuilder mark(int value, int mask) {
        return with(Expression.meta(NftHeader.NFT_META_MARK, ONE)).masked(value, mask);
    }

    public RuleBuilder connectionMark(int value, int mask) {
        return with(Expression.ct(NftHeader.NFT_CT_MARK, ONE)).masked(value, mask);
    }

    /// Sets the bits of `mask` and leaves the others.
    public RuleBuilder setMark(int value, int mask) {
        return with(Expression.meta(NftHeader.NFT_META_MARK, ONE))
                .with(Expression.bitwise(Value.u32(~mask), Value.u32(value & mask), ONE))
                .with(Expression.setMeta(NftHeader.NFT_META_MARK, ONE));
    }

    public RuleBuilder setMark(int value) {
        return with(Expression.immediate(Value.u32(value), ONE)).with(Expression.setMeta(NftHeader.NFT_META_MARK, ONE));
    }

    public RuleBuilder setConnectionMark(int value) {
        return with(Expression.immediate(Value.u32(value), ONE)).with(Expression.setCt(NftHeader.NFT_CT_MARK, ONE));
    }

    /// The packet's mark becomes the connection's.
    public RuleBuilder saveMark() {
        return with(Expression.meta(NftHeader.NFT_META_MARK, ONE)).with(Expression.setCt(NftHeader.NFT_CT_MARK, ONE));
    }

    /// The connection's mark becomes the packet's.
    public RuleBuilder restoreMark() {
        return with(Expression.ct(NftHeader.NFT_CT_MARK, ONE)).with(Expression.setMeta(NftHeader.NFT_META_MARK, ONE));
    }

    // Connections.

    /// One of these.
    public RuleBuilder state(ConnectionState... states) {
        int bits = 0;
        for (ConnectionState s : states) {
            bits |= s.bit();
        }
        return with(Expression.ct(NftHeader.NFT_CT_STATE, ONE)).anyOf(bits);
    }

    /// Its destination was translated.
    public RuleBuilder statusDnat() {
        return with(Expression.ct(NftHeader.NFT_CT_STATUS, ONE)).anyOf(NftHeader.IPS_DST_NAT);
    }

    /// It goes the way of the connection's first packet, or back.
    public RuleBuilder originalDirection(boolean original) {
        int direction = original ? NftHeader.IP_CT_DIR_ORIGINAL : NftHeader.IP_CT_DIR_REPLY;
        return with(Expression.ct(NftHeader.NFT_CT_DIRECTION, ONE))
                .with(Expression.compare(NftHeader.NFT_CMP_EQ, Value.u8(direction), ONE));
    }

    /// Where the connection went before it was translated.
    public RuleBuilder originalDestination(InetAddress address) {
        boolean four = Value.family(address) == NftHeader.NFPROTO_IPV4;
        return equal(four ? Field.ORIGINAL_DESTINATION_4 : Field.ORIGINAL_DESTINATION_6, Value.of(address));
    }

    // Sets and maps.

    public RuleBuilder inSet(String set, Field... key) {
        return with(Expression.lookup(set, false, load(key)));
    }

    public RuleBuilder notInSet(String set, Field... key) {
        return with(Expression.lookup(set, true, load(key)));
    }

    /// The map says what becomes of it; without an entry the rule does not match.
    public RuleBuilder verdictBy(String map, Field... key) {
        return with(Expression.map(map, load(key), NftHeader.NFT_REG_VERDICT));
    }

    /// The map has the address, of the family 4 or 6, and with `port` behind it the port to go to.
    public RuleBuilder dnatBy(String map, int version, boolean port, Field... key) {
        boolean four = version == 4;
        int behind = NftHeader.NFT_REG32_00 + (four ? KeyType.IPV4_ADDRESS : KeyType.IPV6_ADDRESS).size() / 4;
        int natFamily = four ? NftHeader.NFPROTO_IPV4 : NftHeader.NFPROTO_IPV6;
        return checkFamily(natFamily)
                .with(Expression.map(map, load(key), ONE))
                .with(Expression.nat(NftHeader.NFT_NAT_DNAT, natFamily, ONE, port ? behind : 0, 0));
    }

    /// The map has the address to leave with, of the family 4 or 6.
    public RuleBuilder snatBy(String map, int version, Field... key) {
        int natFamily = version == 4 ? NftHeader.NFPROTO_IPV4 : NftHeader.NFPROTO_IPV6;
        return checkFamily(natFamily)
                .with(Expression.map(map, load(key), ONE))
                .with(Expression.nat(NftHeader.NFT_NAT_SNAT, natFamily, ONE, 0, 0));
    }

    /// Loads the parts behind each other and answers where they begin.
    private int load(Field... key) {
        // Register 1 is those of 32 bits from the first on: a single key may be anywhere.
        int register = NftHeader.NFT_REG32_00;
        for (Field f : key) {
            boolean four = f == Field.SOURCE_4 || f == Field.DESTINATION_4;
            if (four || f == Field.SOURCE_6 || f == Field.DESTINATION_6) {
                ofFamily(four ? NftHeader.NFPROTO_IPV4 : NftHeader.NFPROTO_IPV6);
            }
        }
        for (Field f : key) {
            with(f.into(key.length == 1 ? ONE : register));
            register += f.type().paddedSize() / 4;
        }
        if (register > NftHeader.NFT_REG32_15 + 1) {
            throw new IllegalArgumentException("the registers have 64 bytes, the key has more");
        }
        return ONE;
    }

    // What is done on the way.

    public RuleBuilder counter() {
        return with(Expression.counter());
    }

    /// Matches up to so many packets in so many seconds, after a first burst.
    public RuleBuilder limit(long packets, long seconds, int burst) {
        return with(Expression.limit(packets, seconds, burst, false));
    }

    /// Matches what is beyond that.
    public RuleBuilder limitOver(long packets, long seconds, int burst) {
        return with(Expression.limit(packets, seconds, burst, true));
    }

    /// To the kernel's log, with a level of syslog(2).
    public RuleBuilder log(String prefix, int level) {
        return with(Expression.log(prefix, level));
    }

    /// To whoever listens to this group of NFLOG.
    public RuleBuilder logGroup(String prefix, int group) {
        return with(Expression.logGroup(prefix, group));
    }

    // What becomes of it.

    public RuleBuilder verdict(Verdict verdict) {
        return with(Expression.verdict(verdict));
    }

    public RuleBuilder accept() {
        return verdict(Verdict.ACCEPT);
    }

    public RuleBuilder drop() {
        return verdict(Verdict.DROP);
    }

    public RuleBuilder returns() {
        return verdict(Verdict.RETURN);
    }

    public RuleBuilder jump(Chain to) {
        return verdict(Verdict.jump(to.name()));
    }

    public RuleBuilder goTo(Chain to) {
        return verdict(Verdict.goTo(to.name()));
    }

    /// Says "port unreachable" to the sender.
    public RuleBuilder reject() {
        return with(
                switch (chain.family()) {
                    case IPV4 -> Expression.reject(NftHeader.NFT_REJECT_ICMP_UNREACH, ICMP_PORT_UNREACH);
                    case IPV6 -> Expression.reject(NftHeader.NFT_REJECT_ICMP_UNREACH, ICMPV6_PORT_UNREACH);
                    case INET, BRIDGE, ARP ->
                        Expression.reject(NftHeader.NFT_REJECT_ICMPX_UNREACH, NftHeader.NFT_REJECT_ICMPX_PORT_UNREACH);
                });
    }

    /// After [#tcp].
    public RuleBuilder rejectWithReset() {
        return with(Expression.reject(NftHeader.NFT_REJECT_TCP_RST, 0));
    }

    public RuleBuilder dnatTo(InetAddress address, NatFlag... flags) {
        return nat(NftHeader.NFT_NAT_DNAT, address, 0, flags);
    }

    public RuleBuilder dnatTo(InetAddress address, int port, NatFlag... flags) {
        return with(Expression.immediate(Value.port(port), TWO)).nat(NftHeader.NFT_NAT_DNAT, address, TWO, flags);
    }

    public RuleBuilder snatTo(InetAddress address, NatFlag... flags) {
        return nat(NftHeader.NFT_NAT_SNAT, address, 0, flags);
    }

    public RuleBuilder snatTo(InetAddress address, int port, NatFlag... flags) {
        return with(Expression.immediate(Value.port(port), TWO)).nat(NftHeader.NFT_NAT_SNAT, address, TWO, flags);
    }

    private RuleBuilder nat(int type, InetAddress address, int portRegister, NatFlag... flags) {
        int natFamily = Value.family(address);
        return checkFamily(natFamily)
                .with(Expression.immediate(Value.of(address), ONE))
                .with(Expression.nat(type, natFamily, ONE, portRegister, NatFlag.bits(flags)));
    }

    /// The source becomes the address of the link it leaves by.
    public RuleBuilder masquerade(NatFlag... flags) {
        return with(Expression.masquerade(NatFlag.bits(flags)));
    }

    /// To a port of this host.
    public RuleBuilder redirectTo(int port) {
        return with(Expression.immediate(Value.port(port), ONE)).with(Expression.redirect(ONE));
    }

    /// To a transparent socket of this host (`IP_TRANSPARENT` of ip(7)); the addresses of the packet stay.
    public RuleBuilder tproxyTo(InetAddress address, int port) {
        int proxyFamily = Value.family(address);
        return checkFamily(proxyFamily)
                .with(Expression.immediate(Value.of(address), ONE))
                .with(Expression.immediate(Value.port(port), TWO))
                .with(Expression.tproxy(proxyFamily, ONE, TWO));
    }

    // The rule.

    /// By which it is found again; less than 128 bytes.
    public RuleBuilder comment(String text) {
        comment = text;
        return this;
    }

    /// Any expression.
    public RuleBuilder with(Expression expression) {
        expressions.add(expression);
        return this;
    }

    public Rule rule() {
        return new Rule(chain.family(), chain.table(), chain.name(), expressions, comment, 0);
    }

    private RuleBuilder name(int key, int operation, String name) {
        boolean prefix = name.endsWith("*");
        Value value = prefix ? Value.interfacePrefix(name.substring(0, name.length() - 1)) : Value.interfaceName(name);
        return with(Expression.meta(key, ONE)).with(Expression.compare(operation, value, ONE));
    }

    private RuleBuilder meta(int key, Value value) {
        return with(Expression.meta(key, ONE)).with(Expression.compare(NftHeader.NFT_CMP_EQ, value, ONE));
    }

    private RuleBuilder equal(Field field, Value value) {
        return with(field.into(ONE)).with(Expression.compare(NftHeader.NFT_CMP_EQ, value, ONE));
    }

    private RuleBuilder anyOf(int bits) {
        return with(Expression.bitwise(Value.u32(bits), Value.u32(0), ONE))
                .with(Expression.compare(NftHeader.NFT_CMP_NEQ, Value.u32(0), ONE));
    }

    private RuleBuilder masked(int value, int mask) {
        if (mask != -1) {
            with(Expression.bitwise(Value.u32(mask), Value.u32(0), ONE));
        }
        return with(Expression.compare(NftHeader.NFT_CMP_EQ, Value.u32(value), ONE));
    }

    private RuleBuilder address(boolean source, int operation, InetAddress address, int prefixLength) {
        Value value = Value.of(address);
        if (prefixLength < 0 || prefixLength > value.size() * 8) {
            throw new InvalidArgument(
                    "match " + address.getHostAddress() + "/" + prefixLength,
                    "a prefix of this family has 0 to " + value.size() * 8 + " bits",
                    "give one of these");
        }
        boolean four = Value.family(address) == NftHeader.NFPROTO_IPV4;
        Field from = four ? Field.SOURCE_4 : Field.SOURCE_6;
        Field to = four ? Field.DESTINATION_4 : Field.DESTINATION_6;
        ofFamily(Value.family(address)).with((source ? from : to).into(ONE));
        if (prefixLength < value.size() * 8) {
            Value mask = Value.mask(prefixLength, value.size());
            with(Expression.bitwise(mask, Value.of(new byte[value.size()]), ONE));
            value = value.and(mask);
        }
        return with(Expression.compare(operation, value, ONE));
    }

    /// Matches the family of addresses, once, in a table that sees several.
    private RuleBuilder ofFamily(int wanted) {
        checkFamily(wanted);
        if (family == wanted) {
            return this;
        }
        family = wanted;
        if (chain.family() == Family.BRIDGE) {
            int protocol = wanted == NftHeader.NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6;
            return meta(NftHeader.NFT_META_PROTOCOL, Value.port(protocol));
        }
        return meta(NftHeader.NFT_META_NFPROTO, Value.u8(wanted));
    }

    /// Translations do nothing with packets of the other family, so they need no match.
    private RuleBuilder checkFamily(int wanted) {
        if (family != 0 && family != wanted) {
            throw new InvalidArgument(
                    "write a rule of chain " + chain.name(),
                    "it has addresses of IPv4 and of IPv6",
                    "write one rule for each");
        }
        return this;
    }
}
