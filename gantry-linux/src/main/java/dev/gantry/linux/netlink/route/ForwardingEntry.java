package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Where frames for a MAC address go: of a bridge, out of the port `link`; of a VXLAN `link`, to the host
/// `remote`. `vlan` 0 is none. bridge(8) fdb, <linux/neighbour.h>.
public record ForwardingEntry(
        int link, MacAddress mac, @Nullable InetAddress remote, int vlan, int state, int flags) {
    private static final int STATIC = RouteHeader.NUD_NOARP | RouteHeader.NUD_PERMANENT;

    /// Frames for `mac` leave the VXLAN towards `remote`.
    public static ForwardingEntry tunnel(int vxlan, MacAddress mac, InetAddress remote) {
        return new ForwardingEntry(vxlan, mac, remote, 0, STATIC, RouteHeader.NTF_SELF);
    }

    /// Frames for `mac` leave the bridge by this port.
    public static ForwardingEntry port(int port, MacAddress mac) {
        return new ForwardingEntry(port, mac, null, 0, RouteHeader.NUD_NOARP, RouteHeader.NTF_MASTER);
    }

    /// EEXIST when there is one for this address.
    public Message add() {
        return message("add", RouteHeader.RTM_NEWNEIGH, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_EXCL);
    }

    /// One more destination for an address: of [MacAddress#ZERO] a VXLAN has as many as it has peers.
    public Message append() {
        return message("append", RouteHeader.RTM_NEWNEIGH, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_APPEND);
    }

    public Message replace() {
        return message("set", RouteHeader.RTM_NEWNEIGH, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_REPLACE);
    }

    public Message delete() {
        return message("delete", RouteHeader.RTM_DELNEIGH, 0);
    }

    /// Asks for the entries of all bridges and tunnels.
    public static Message all() {
        return Neighbour.header(RouteHeader.AF_BRIDGE, 0, 0, 0)
                .message("list forwarding entries", RouteHeader.RTM_GETNEIGH, 0);
    }

    /// Whether a message tells of a forwarding entry, or that one is gone.
    public static boolean isIn(Message message) {
        return (message.type() == RouteHeader.RTM_NEWNEIGH || message.type() == RouteHeader.RTM_DELNEIGH)
                && message.u8(0) == RouteHeader.AF_BRIDGE;
    }

    public static ForwardingEntry read(Message message) {
        Attributes a = message.attributes(Neighbour.NDMSG);
        MacAddress mac = Addresses.mac(a, RouteHeader.NDA_LLADDR);
        return new ForwardingEntry(
                message.u32(4),
                mac == null ? MacAddress.ZERO : mac,
                Addresses.of(a, RouteHeader.NDA_DST),
                a.u16(RouteHeader.NDA_VLAN, 0),
                message.u16(8),
                message.u8(10));
    }

    private Message message(String verb, int type, int messageFlags) {
        Encoder e = Neighbour.header(RouteHeader.AF_BRIDGE, link, state, flags)
                .bytes(RouteHeader.NDA_LLADDR, mac.toBytes());
        if (remote != null) {
            e.bytes(RouteHeader.NDA_DST, remote.getAddress());
        }
        if (vlan != 0) {
            e.u16(RouteHeader.NDA_VLAN, vlan);
        }
        return e.message(verb + " forwarding entry " + mac, type, messageFlags);
    }
}
