package dev.gantry.linux.netlink.route;

import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A route: where packets for a prefix go. `link` 0 leaves it to the gateway, `metric` 0 is the kernel's default
/// (1024 for IPv6). Routes with several next hops are read as those without any. <linux/rtnetlink.h>.
///
/// ```java
/// socket.execute(List.of(Route.defaultVia(gateway).dev(eth0).add()));
/// ```
public record Route(
        InetAddress destination,
        int prefixLength,
        @Nullable InetAddress gateway,
        int link,
        int metric,
        int table,
        Type type,
        int protocol,
        @Nullable InetAddress preferredSource,
        boolean onLink) {
    private static final int RTMSG = 12;

    /// What becomes of a packet. `RTN_*` of <linux/rtnetlink.h>.
    public enum Type {
        UNICAST(RouteHeader.RTN_UNICAST),
        LOCAL(RouteHeader.RTN_LOCAL),
        BROADCAST(RouteHeader.RTN_BROADCAST),
        ANYCAST(RouteHeader.RTN_ANYCAST),
        MULTICAST(RouteHeader.RTN_MULTICAST),
        BLACKHOLE(RouteHeader.RTN_BLACKHOLE),
        UNREACHABLE(RouteHeader.RTN_UNREACHABLE),
        PROHIBIT(RouteHeader.RTN_PROHIBIT),
        THROW(RouteHeader.RTN_THROW),
        OTHER(0);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        static Type of(int number) {
            for (Type t : values()) {
                if (t.number == number) {
                    return t;
                }
            }
            return OTHER;
        }
    }

    public Route {
        String what = "use route " + destination.getHostAddress() + "/" + prefixLength;
        Addresses.checkPrefix(what, destination, prefixLength);
        Addresses.checkSameFamily(what, destination, gateway);
        Addresses.checkSameFamily(what, destination, preferredSource);
        if (onLink && (gateway == null || link == 0)) {
            throw new InvalidArgument(what, "onlink says that a gateway is on a link", "give the gateway and the link");
        }
    }

    public static Route to(InetAddress destination, int prefixLength) {
        return of(destination, prefixLength, Type.UNICAST);
    }

    public static Route defaultVia(InetAddress gateway) {
        return to(Addresses.any(Addresses.family(gateway)), 0).via(gateway);
    }

    /// Packets vanish.
    public static Route blackhole(InetAddress destination, int prefixLength) {
        return of(destination, prefixLength, Type.BLACKHOLE);
    }

    /// Senders are told.
    public static Route unreachable(InetAddress destination, int prefixLength) {
        return of(destination, prefixLength, Type.UNREACHABLE);
    }

    /// Addresses of the prefix are this host's own.
    public static Route local(InetAddress destination, int prefixLength) {
        return of(destination, prefixLength, Type.LOCAL).table(RouteHeader.RT_TABLE_LOCAL);
    }

    private static Route of(InetAddress destination, int prefixLength, Type type) {
        int table = RouteHeader.RT_TABLE_MAIN;
        return new Route(destination, prefixLength, null, 0, 0, table, type, RouteHeader.RTPROT_BOOT, null, false);
    }

    public Route via(InetAddress address) {
        return new Route(
                destination, prefixLength, address, link, metric, table, type, protocol, preferredSource, onLink);
    }

    public Route dev(int index) {
        return new Route(
                destination, prefixLength, gateway, index, metric, table, type, protocol, preferredSource, onLink);
    }

    public Route metric(int wanted) {
        return new Route(
                destination, prefixLength, gateway, link, wanted, table, type, protocol, preferredSource, onLink);
    }

    public Route table(int wanted) {
        return new Route(
                destination, prefixLength, gateway, link, metric, wanted, type, protocol, preferredSource, onLink);
    }

    /// Who made it, by an `RTPROT_*` or a number of one's own.
    public Route protocol(int wanted) {
        return new Route(
                destination, prefixLength, gateway, link, metric, table, type, wanted, preferredSource, onLink);
    }

    /// The address that packets of this host have along it.
    public Route source(InetAddress address) {
        return new Route(destination, prefixLength, gateway, link, metric, table, type, protocol, address, onLink);
    }

    /// The gateway is on the link, although no address there says so.
    public Route gatewayOnLink() {
        return new Route(
                destination, prefixLength, gateway, link, metric, table, type, protocol, preferredSource, true);
    }

    /// EEXIST when there is one to this prefix with this metric.
    public Message add() {
        return message("add", RouteHeader.RTM_NEWROUTE, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_EXCL, scope());
    }

    public Message replace() {
        return message("set", RouteHeader.RTM_NEWROUTE, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_REPLACE, scope());
    }

    public Message delete() {
        return message("delete", RouteHeader.RTM_DELROUTE, 0, RouteHeader.RT_SCOPE_NOWHERE);
    }

    /// Asks for the routes of both families in all tables, those of the kernel too.
    public static Message all() {
        return header(RouteHeader.AF_UNSPEC, 0, RouteHeader.RT_TABLE_UNSPEC, 0, 0, 0, 0)
                .message("list routes", RouteHeader.RTM_GETROUTE, 0);
    }

    /// Whether a message tells of a route, or that one is gone.
    public static boolean isIn(Message message) {
        return message.type() == RouteHeader.RTM_NEWROUTE || message.type() == RouteHeader.RTM_DELROUTE;
    }

    public static Route read(Message message) {
        Attributes a = message.attributes(RTMSG);
        InetAddress destination = Addresses.of(a, RouteHeader.RTA_DST);
        InetAddress gateway = Addresses.of(a, RouteHeader.RTA_GATEWAY);
        int link = a.u32(RouteHeader.RTA_OIF, 0);
        return Addresses.read(() -> new Route(
                destination == null ? Addresses.any(message.u8(0)) : destination,
                message.u8(1),
                gateway,
                link,
                a.u32(RouteHeader.RTA_PRIORITY, 0),
                a.u32(RouteHeader.RTA_TABLE, message.u8(4)),
                Type.of(message.u8(7)),
                message.u8(5),
                Addresses.of(a, RouteHeader.RTA_PREFSRC),
                (message.u32(8) & RouteHeader.RTNH_F_ONLINK) != 0 && gateway != null && link != 0));
    }

    /// How far the destination is. IPv6 knows none.
    private int scope() {
        return switch (type) {
            case LOCAL -> RouteHeader.RT_SCOPE_HOST;
            case UNICAST, BROADCAST, ANYCAST, MULTICAST ->
                gateway == null ? RouteHeader.RT_SCOPE_LINK : RouteHeader.RT_SCOPE_UNIVERSE;
            case BLACKHOLE, UNREACHABLE, PROHIBIT, THROW, OTHER -> RouteHeader.RT_SCOPE_UNIVERSE;
        };
    }

    private static Encoder header(int family, int prefix, int table, int protocol, int scope, int type, int flags) {
        return new Encoder()
                .u8(family)
                .u8(prefix)
                .u8(0)
                .u8(0)
                .u8(table)
                .u8(protocol)
                .u8(scope)
                .u8(type)
                .u32(flags);
    }

    private Message message(String verb, int messageType, int messageFlags, int scope) {
        // The header has eight bits for the table: the attribute counts.
        int small = table > 0 && table < 256 ? table : RouteHeader.RT_TABLE_UNSPEC;
        Encoder e = header(
                Addresses.family(destination),
                prefixLength,
                small,
                protocol,
                scope,
                type.number,
                onLink ? RouteHeader.RTNH_F_ONLINK : 0);
        e.bytes(RouteHeader.RTA_DST, destination.getAddress()).u32(RouteHeader.RTA_TABLE, table);
        if (gateway != null) {
            e.bytes(RouteHeader.RTA_GATEWAY, gateway.getAddress());
        }
        if (link != 0) {
            e.u32(RouteHeader.RTA_OIF, link);
        }
        if (metric != 0) {
            e.u32(RouteHeader.RTA_PRIORITY, metric);
        }
        if (preferredSource != null) {
            e.bytes(RouteHeader.RTA_PREFSRC, preferredSource.getAddress());
        }
        return e.message(
                verb + " route " + destination.getHostAddress() + "/" + prefixLength, messageType, messageFlags);
    }
}
