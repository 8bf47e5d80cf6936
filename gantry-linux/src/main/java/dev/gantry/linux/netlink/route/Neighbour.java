package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Which MAC address an IP address has on a link; none while it is being asked for. States are `NUD_*`, flags
/// `NTF_*` of <linux/neighbour.h>.
public record Neighbour(
        int link, InetAddress address, @Nullable MacAddress mac, int state, int flags) {
    static final int NDMSG = 12; // u8 family, u8 0, u16 0, s32 index, u16 state, u8 flags, u8 type

    /// One that is never asked for and never forgotten.
    public static Neighbour permanent(int link, InetAddress address, MacAddress mac) {
        return new Neighbour(link, address, mac, RouteHeader.NUD_PERMANENT, 0);
    }

    /// Sets it, whatever was known of this address before.
    public Message replace() {
        return message("set", RouteHeader.RTM_NEWNEIGH, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_REPLACE);
    }

    public Message delete() {
        return message("delete", RouteHeader.RTM_DELNEIGH, 0);
    }

    /// Asks for the neighbours of both families on all links.
    public static Message all() {
        return header(RouteHeader.AF_UNSPEC, 0, 0, 0).message("list neighbours", RouteHeader.RTM_GETNEIGH, 0);
    }

    /// Whether a message tells of a neighbour, or that one is gone.
    public static boolean isIn(Message message) {
        return (message.type() == RouteHeader.RTM_NEWNEIGH || message.type() == RouteHeader.RTM_DELNEIGH)
                && message.u8(0) != RouteHeader.AF_BRIDGE;
    }

    public static Neighbour read(Message message) {
        Attributes a = message.attributes(NDMSG);
        InetAddress address = Addresses.of(a, RouteHeader.NDA_DST);
        return new Neighbour(
                message.u32(4),
                address == null ? Addresses.any(message.u8(0)) : address,
                Addresses.mac(a, RouteHeader.NDA_LLADDR),
                message.u16(8),
                message.u8(10));
    }

    static Encoder header(int family, int link, int state, int flags) {
        return new Encoder()
                .u8(family)
                .u8(0)
                .u16(0)
                .u32(link)
                .u16(state)
                .u8(flags)
                .u8(0);
    }

    private Message message(String verb, int type, int messageFlags) {
        Encoder e =
                header(Addresses.family(address), link, state, flags).bytes(RouteHeader.NDA_DST, address.getAddress());
        if (mac != null) {
            e.bytes(RouteHeader.NDA_LLADDR, mac.toBytes());
        }
        return e.message(verb + " neighbour " + address.getHostAddress(), type, messageFlags);
    }
}
