package dev.gantry.network.driver;

import dev.gantry.base.Conflict;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.MacAddress;
import dev.gantry.network.endpoint.Link;
import java.util.List;

/// Interfaces of containers on a parent of the host: macvlan and ipvlan. Each is one message, which makes it in the
/// container's namespace or not at all.
final class ParentLinks {
    private ParentLinks() {}

    /// Pure. Interfaces of ipvlan have their parent's hardware address, and are refused one of their own.
    static Message message(Link.OnParent link, int parent, LinkRequest inside, MacAddress mac) {
        LinkRequest request = inside.parent(parent);
        return switch (link) {
            case Link.Macvlan m ->
                request.mac(mac)
                        .macvlan(LinkRequest.MacvlanMode.valueOf(m.mode().name()))
                        .create();
            case Link.Ipvlan i ->
                request.ipvlan(
                                LinkRequest.IpvlanMode.valueOf(i.mode().name()),
                                LinkRequest.IpvlanFlag.valueOf(i.flag().name()))
                        .create();
        };
    }

    static void make(
            NetlinkSocket host, Link.OnParent link, int parent, LinkRequest inside, MacAddress mac, String what) {
        try {
            host.execute(List.of(message(link, parent, inside, mac)));
        } catch (NetlinkError e) {
            if (e.is(Errno.EOPNOTSUPP)) {
                throw lacking(link, what, e);
            }
            if (e.is(Errno.EBUSY)) {
                throw busy(link, what, e);
            }
            throw e;
        }
    }

    /// The kernel tries to load the module by itself before it answers this.
    private static Unsupported lacking(Link.OnParent link, String what, NetlinkError cause) {
        String kind = kind(link);
        return new Unsupported(
                what,
                "failed to create the " + kind + " port: this kernel has no " + kind
                        + ", neither built in nor as a module",
                "install the module and load it with: modprobe " + kind + ", or create the network with --driver "
                        + (link instanceof Link.Ipvlan ? "macvlan or " : "") + "bridge",
                cause);
    }

    /// One parent is a bridge's port, or has macvlans, or has ipvlans.
    private static Conflict busy(Link.OnParent link, String what, NetlinkError cause) {
        return new Conflict(
                what,
                "failed to create the " + kind(link) + " port: the interface " + link.parent()
                        + " is used in another way already, by a bridge, a bond or links of another kind",
                "see who uses it with: ip -d link, and create the network with another -o parent=",
                cause);
    }

    private static String kind(Link.OnParent link) {
        return switch (link) {
            case Link.Macvlan _ -> "macvlan";
            case Link.Ipvlan _ -> "ipvlan";
        };
    }
}
