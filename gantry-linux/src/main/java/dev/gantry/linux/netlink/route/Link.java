package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A link there is. `kind` is `veth`, `bridge`, …, and empty for a device of hardware and the loopback; `master`
/// and `parent` are indices, 0 for none, and `parentNamespace` tells in which namespace the parent is, by the id
/// this one knows it by, -1 for its own. `group` is 0 unless somebody gave it one. `kindData` are the attributes
/// `IFLA_INFO_DATA` of the kind. <linux/if_link.h>.
public record Link(
        int index,
        String name,
        int flags,
        int mtu,
        @Nullable MacAddress mac,
        String kind,
        String alias,
        int master,
        int parent,
        int parentNamespace,
        int group,
        Attributes kindData) {

    /// Asks for all links.
    public static Message all() {
        return header(0)
                .u32(RouteHeader.IFLA_EXT_MASK, RouteHeader.RTEXT_FILTER_SKIP_STATS)
                .message("list links", RouteHeader.RTM_GETLINK, 0);
    }

    public static Message byName(String name) {
        return header(0)
                .u32(RouteHeader.IFLA_EXT_MASK, RouteHeader.RTEXT_FILTER_SKIP_STATS)
                .string(RouteHeader.IFLA_IFNAME, name)
                .message("look up link " + name, RouteHeader.RTM_GETLINK, 0);
    }

    public static Message byIndex(int index) {
        return header(index)
                .u32(RouteHeader.IFLA_EXT_MASK, RouteHeader.RTEXT_FILTER_SKIP_STATS)
                .message("look up link with index " + index, RouteHeader.RTM_GETLINK, 0);
    }

    /// Whether a message tells of a link, or that one is gone.
    public static boolean isIn(Message message) {
        return message.type() == RouteHeader.RTM_NEWLINK || message.type() == RouteHeader.RTM_DELLINK;
    }

    public static Link read(Message message) {
        Attributes a = message.attributes(LinkRequest.IFINFOMSG);
        Attributes info = a.nested(RouteHeader.IFLA_LINKINFO);
        return new Link(
                message.u32(4),
                a.string(RouteHeader.IFLA_IFNAME),
                message.u32(8),
                a.u32(RouteHeader.IFLA_MTU, 0),
                Addresses.mac(a, RouteHeader.IFLA_ADDRESS),
                info.string(RouteHeader.IFLA_INFO_KIND),
                a.string(RouteHeader.IFLA_IFALIAS),
                a.u32(RouteHeader.IFLA_MASTER, 0),
                a.u32(RouteHeader.IFLA_LINK, 0),
                a.u32(RouteHeader.IFLA_LINK_NETNSID, -1),
                a.u32(RouteHeader.IFLA_GROUP, 0),
                info.nested(RouteHeader.IFLA_INFO_DATA));
    }

    public boolean isUp() {
        return (flags & RouteHeader.IFF_UP) != 0;
    }

    /// The id of a VXLAN, -1 for other kinds.
    public int vxlanId() {
        return kind.equals("vxlan") ? kindData.u32(RouteHeader.IFLA_VXLAN_ID, -1) : -1;
    }

    /// The UDP port of a VXLAN, -1 for other kinds.
    public int vxlanPort() {
        return kind.equals("vxlan") ? kindData.be16(RouteHeader.IFLA_VXLAN_PORT, -1) : -1;
    }

    /// The IPv4 address from which a VXLAN sends; none where the kernel chooses.
    public @Nullable InetAddress vxlanLocal() {
        return kind.equals("vxlan") ? Addresses.of(kindData, RouteHeader.IFLA_VXLAN_LOCAL) : null;
    }

    private static Encoder header(int index) {
        return new Encoder()
                .u8(RouteHeader.AF_UNSPEC)
                .u8(0)
                .u16(0)
                .u32(index)
                .u32(0)
                .u32(0);
    }
}
