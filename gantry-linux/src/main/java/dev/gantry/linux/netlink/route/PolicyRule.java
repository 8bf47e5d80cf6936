package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Which routing table packets look in. `family` is 4 or 6; a `mask` of 0 leaves the mark aside, `input` is the
/// name of the link packets come in by, empty for any. ip-rule(8), <linux/fib_rules.h>.
public record PolicyRule(
        int family,
        int priority,
        int table,
        int mark,
        int mask,
        @Nullable InetAddress source,
        int sourcePrefixLength,
        String input) {
    private static final int FIB_RULE_HDR = 12;

    public PolicyRule {
        if (family != 4 && family != 6) {
            throw new IllegalArgumentException("a family is 4 or 6: " + family);
        }
        if (source != null) {
            Addresses.checkPrefix("use policy rule " + priority, source, sourcePrefixLength);
            Addresses.checkSameFamily(
                    "use policy rule " + priority,
                    source,
                    Addresses.any(family == 4 ? RouteHeader.AF_INET : RouteHeader.AF_INET6));
        }
    }

    public static PolicyRule lookup(int family, int priority, int table) {
        return new PolicyRule(family, priority, table, 0, 0, null, 0, "");
    }

    public PolicyRule marked(int value, int bits) {
        return new PolicyRule(family, priority, table, value, bits, source, sourcePrefixLength, input);
    }

    public PolicyRule from(InetAddress address, int prefixLength) {
        return new PolicyRule(family, priority, table, mark, mask, address, prefixLength, input);
    }

    public PolicyRule comingInBy(String link) {
        return new PolicyRule(family, priority, table, mark, mask, source, sourcePrefixLength, link);
    }

    public Message add() {
        return message("add", RouteHeader.RTM_NEWRULE, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_EXCL);
    }

    public Message delete() {
        return message("delete", RouteHeader.RTM_DELRULE, 0);
    }

    /// Asks for the rules of both families.
    public static Message all() {
        return header(RouteHeader.AF_UNSPEC, 0, 0, 0).message("list policy rules", RouteHeader.RTM_GETRULE, 0);
    }

    public static PolicyRule read(Message message) {
        Attributes a = message.attributes(FIB_RULE_HDR);
        return Addresses.read(() -> new PolicyRule(
                message.u8(0) == RouteHeader.AF_INET ? 4 : 6,
                a.u32(RouteHeader.FRA_PRIORITY, 0),
                a.u32(RouteHeader.FRA_TABLE, message.u8(4)),
                a.u32(RouteHeader.FRA_FWMARK, 0),
                a.u32(RouteHeader.FRA_FWMASK, 0),
                Addresses.of(a, RouteHeader.FRA_SRC),
                message.u8(2),
                a.string(RouteHeader.FRA_IIFNAME)));
    }

    private static Encoder header(int family, int sourceLength, int table, int action) {
        return new Encoder()
                .u8(family)
                .u8(0)
                .u8(sourceLength)
                .u8(0)
                .u8(table)
                .u8(0)
                .u8(0)
                .u8(action)
                .u32(0);
    }

    private Message message(String verb, int type, int messageFlags) {
        int number = family == 4 ? RouteHeader.AF_INET : RouteHeader.AF_INET6;
        int small = table > 0 && table < 256 ? table : RouteHeader.RT_TABLE_UNSPEC;
        Encoder e = header(number, sourcePrefixLength, small, RouteHeader.FR_ACT_TO_TBL)
                .u32(RouteHeader.FRA_PRIORITY, priority)
                .u32(RouteHeader.FRA_TABLE, table);
        if (mask != 0) {
            e.u32(RouteHeader.FRA_FWMARK, mark).u32(RouteHeader.FRA_FWMASK, mask);
        }
        if (source != null) {
            e.bytes(RouteHeader.FRA_SRC, source.getAddress());
        }
        if (!input.isEmpty()) {
            e.string(RouteHeader.FRA_IIFNAME, input);
        }
        return e.message(verb + " policy rule " + priority, type, messageFlags);
    }
}
