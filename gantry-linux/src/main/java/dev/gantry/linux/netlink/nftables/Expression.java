package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One step of a rule's program: its name, and its attributes as they are sent. They load a register, compare
/// one, or act. `NFTA_*` of <linux/netfilter/nf_tables.h>.
public final class Expression {
    private final String name;
    private final byte[] data;

    private Expression(String name, byte[] data) {
        this.name = name;
        this.data = data;
    }

    /// Any, with attributes of one's own.
    public static Expression of(String name, Consumer<Encoder> attributes) {
        var encoder = new Encoder();
        attributes.accept(encoder);
        return new Expression(name, encoder.toBytes());
    }

    /// `cmp`, `payload`, …
    public String name() {
        return name;
    }

    public Attributes attributes() {
        return Attributes.read(data, 0);
    }

    // What loads a register.

    static Expression payload(int base, int offset, int length, int register) {
        return of(
                "payload",
                e -> e.be32(NftHeader.NFTA_PAYLOAD_DREG, register)
                        .be32(NftHeader.NFTA_PAYLOAD_BASE, base)
                        .be32(NftHeader.NFTA_PAYLOAD_OFFSET, offset)
                        .be32(NftHeader.NFTA_PAYLOAD_LEN, length));
    }

    static Expression meta(int key, int register) {
        return of("meta", e -> e.be32(NftHeader.NFTA_META_DREG, register).be32(NftHeader.NFTA_META_KEY, key));
    }

    static Expression rt(int key, int register) {
        return of("rt", e -> e.be32(NftHeader.NFTA_RT_DREG, register).be32(NftHeader.NFTA_RT_KEY, key));
    }

    static Expression ct(int key, int register) {
        return of("ct", e -> e.be32(NftHeader.NFTA_CT_DREG, register).be32(NftHeader.NFTA_CT_KEY, key));
    }

    static Expression ct(int key, int direction, int register) {
        return of(
                "ct",
                e -> e.be32(NftHeader.NFTA_CT_DREG, register)
                        .be32(NftHeader.NFTA_CT_KEY, key)
                        .u8(NftHeader.NFTA_CT_DIRECTION, direction));
    }

    static Expression fib(int result, int flags, int register) {
        return of(
                "fib",
                e -> e.be32(NftHeader.NFTA_FIB_DREG, register)
                        .be32(NftHeader.NFTA_FIB_RESULT, result)
                        .be32(NftHeader.NFTA_FIB_FLAGS, flags));
    }

    static Expression immediate(Value value, int register) {
        return of("immediate", e -> {
            e.be32(NftHeader.NFTA_IMMEDIATE_DREG, register);
            data(e, NftHeader.NFTA_IMMEDIATE_DATA, value);
        });
    }

    static Expression bitwise(Value mask, Value xor, int register) {
        return of("bitwise", e -> {
            e.be32(NftHeader.NFTA_BITWISE_SREG, register)
                    .be32(NftHeader.NFTA_BITWISE_DREG, register)
                    .be32(NftHeader.NFTA_BITWISE_LEN, mask.size());
            data(e, NftHeader.NFTA_BITWISE_MASK, mask);
            data(e, NftHeader.NFTA_BITWISE_XOR, xor);
        });
    }

    // What compares one.

    static Expression compare(int operation, Value value, int register) {
        return of("cmp", e -> {
            e.be32(NftHeader.NFTA_CMP_SREG, register).be32(NftHeader.NFTA_CMP_OP, operation);
            data(e, NftHeader.NFTA_CMP_DATA, value);
        });
    }

    static Expression range(int operation, Value from, Value to, int register) {
        return of("range", e -> {
            e.be32(NftHeader.NFTA_RANGE_SREG, register).be32(NftHeader.NFTA_RANGE_OP, operation);
            data(e, NftHeader.NFTA_RANGE_FROM_DATA, from);
            data(e, NftHeader.NFTA_RANGE_TO_DATA, to);
        });
    }

    static Expression lookup(String set, boolean inverted, int register) {
        return of(
                "lookup",
                e -> e.string(NftHeader.NFTA_LOOKUP_SET, set)
                        .be32(NftHeader.NFTA_LOOKUP_SREG, register)
                        .be32(NftHeader.NFTA_LOOKUP_FLAGS, inverted ? NftHeader.NFT_LOOKUP_F_INV : 0));
    }

    /// What the map has for the key in one register goes to another.
    static Expression map(String map, int register, int result) {
        return of(
                "lookup",
                e -> e.string(NftHeader.NFTA_LOOKUP_SET, map)
                        .be32(NftHeader.NFTA_LOOKUP_SREG, register)
                        .be32(NftHeader.NFTA_LOOKUP_DREG, result));
    }

    static Expression limit(long rate, long seconds, int burst, boolean over) {
        return of(
                "limit",
                e -> e.be64(NftHeader.NFTA_LIMIT_RATE, rate)
                        .be64(NftHeader.NFTA_LIMIT_UNIT, seconds)
                        .be32(NftHeader.NFTA_LIMIT_BURST, burst)
                        .be32(NftHeader.NFTA_LIMIT_TYPE, NftHeader.NFT_LIMIT_PKTS)
                        .be32(NftHeader.NFTA_LIMIT_FLAGS, over ? NftHeader.NFT_LIMIT_F_INV : 0));
    }

    // What acts.

    static Expression verdict(Verdict verdict) {
        return of(
                "immediate",
                e -> e.be32(NftHeader.NFTA_IMMEDIATE_DREG, NftHeader.NFT_REG_VERDICT)
                        .nest(NftHeader.NFTA_IMMEDIATE_DATA, verdict::write));
    }

    static Expression setMeta(int key, int register) {
        return of("meta", e -> e.be32(NftHeader.NFTA_META_KEY, key).be32(NftHeader.NFTA_META_SREG, register));
    }

    static Expression setCt(int key, int register) {
        return of("ct", e -> e.be32(NftHeader.NFTA_CT_KEY, key).be32(NftHeader.NFTA_CT_SREG, register));
    }

    /// A `port` register of 0 leaves the port.
    static Expression nat(int type, int family, int address, int port, int flags) {
        return of("nat", e -> {
            e.be32(NftHeader.NFTA_NAT_TYPE, type)
                    .be32(NftHeader.NFTA_NAT_FAMILY, family)
                    .be32(NftHeader.NFTA_NAT_REG_ADDR_MIN, address);
            if (port != 0) {
                e.be32(NftHeader.NFTA_NAT_REG_PROTO_MIN, port);
            }
            if (flags != 0) {
                e.be32(NftHeader.NFTA_NAT_FLAGS, flags);
            }
        });
    }

    static Expression masquerade(int flags) {
        return of("masq", e -> {
            if (flags != 0) {
                e.be32(NftHeader.NFTA_MASQ_FLAGS, flags);
            }
        });
    }

    static Expression redirect(int port) {
        return of("redir", e -> e.be32(NftHeader.NFTA_REDIR_REG_PROTO_MIN, port));
    }

    static Expression tproxy(int family, int address, int port) {
        return of(
                "tproxy",
                e -> e.be32(NftHeader.NFTA_TPROXY_FAMILY, family)
                        .be32(NftHeader.NFTA_TPROXY_REG_ADDR, address)
                        .be32(NftHeader.NFTA_TPROXY_REG_PORT, port));
    }

    static Expression counter() {
        return of("counter", e -> e.be64(NftHeader.NFTA_COUNTER_BYTES, 0).be64(NftHeader.NFTA_COUNTER_PACKETS, 0));
    }

    static Expression reject(int type, int code) {
        return of("reject", e -> e.be32(NftHeader.NFTA_REJECT_TYPE, type).u8(NftHeader.NFTA_REJECT_ICMP_CODE, code));
    }

    /// To the kernel's log, with a level of syslog(2).
    static Expression log(String prefix, int level) {
        return of("log", e -> e.string(NftHeader.NFTA_LOG_PREFIX, prefix).be32(NftHeader.NFTA_LOG_LEVEL, level));
    }

    /// To whoever listens to this group of NFLOG.
    static Expression logGroup(String prefix, int group) {
        return of("log", e -> e.string(NftHeader.NFTA_LOG_PREFIX, prefix).be16(NftHeader.NFTA_LOG_GROUP, group));
    }

    private static void data(Encoder encoder, int type, Value value) {
        encoder.nest(type, d -> d.bytes(NftHeader.NFTA_DATA_VALUE, value.bytes()));
    }

    // On the way to and from a rule.

    static void write(Encoder list, List<Expression> expressions) {
        for (Expression x : expressions) {
            list.nest(
                    NftHeader.NFTA_LIST_ELEM,
                    e -> e.string(NftHeader.NFTA_EXPR_NAME, x.name).nested(NftHeader.NFTA_EXPR_DATA, x.data));
        }
    }

    static Expression read(Attributes.Attribute element) {
        Attributes a = element.nested();
        return new Expression(a.string(NftHeader.NFTA_EXPR_NAME), a.bytes(NftHeader.NFTA_EXPR_DATA));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expression e && e.name.equals(name) && Arrays.equals(e.data, data);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return name + " " + HexFormat.of().formatHex(data);
    }
}
