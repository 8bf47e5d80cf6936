package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// An address of a link: `local` with a prefix, which is that of `peer` when it has one. Flags are `IFA_F_*` of
/// <linux/if_addr.h>, the scope is an `RT_SCOPE_*` of <linux/rtnetlink.h>. `origin` says who added it (`proto` of
/// `ip address`, from Linux 5.18 on), 0 nobody in particular.
public record InterfaceAddress(
        int link,
        InetAddress local,
        int prefixLength,
        @Nullable InetAddress peer,
        @Nullable InetAddress broadcast,
        int scope,
        int flags,
        String label,
        int origin) {
    private static final int IFADDRMSG = 8; // u8 family, u8 prefix length, u8 flags, u8 scope, u32 index

    public InterfaceAddress {
        String what = "use address " + local.getHostAddress() + "/" + prefixLength;
        Addresses.checkPrefix(what, local, prefixLength);
        Addresses.checkSameFamily(what, local, peer);
        Addresses.checkSameFamily(what, local, broadcast);
    }

    public static InterfaceAddress of(int link, InetAddress local, int prefixLength) {
        return new InterfaceAddress(link, local, prefixLength, null, null, RouteHeader.RT_SCOPE_UNIVERSE, 0, "", 0);
    }

    public InterfaceAddress withPeer(InetAddress address) {
        return new InterfaceAddress(link, local, prefixLength, address, broadcast, scope, flags, label, origin);
    }

    public InterfaceAddress withBroadcast(InetAddress address) {
        return new InterfaceAddress(link, local, prefixLength, peer, address, scope, flags, label, origin);
    }

    /// Usable at once, without duplicate address detection (RFC 4862 §5.4).
    public InterfaceAddress withoutDetection() {
        return withFlags(flags | RouteHeader.IFA_F_NODAD);
    }

    /// The kernel adds no route for the prefix.
    public InterfaceAddress withoutRoute() {
        return withFlags(flags | RouteHeader.IFA_F_NOPREFIXROUTE);
    }

    public InterfaceAddress withFlags(int wanted) {
        return new InterfaceAddress(link, local, prefixLength, peer, broadcast, scope, wanted, label, origin);
    }

    public InterfaceAddress withScope(int wanted) {
        return new InterfaceAddress(link, local, prefixLength, peer, broadcast, wanted, flags, label, origin);
    }

    /// The name `ip` of old shows it by, of IPv4 alone; the kernel's default is the name of the link.
    public InterfaceAddress labelled(String text) {
        return new InterfaceAddress(link, local, prefixLength, peer, broadcast, scope, flags, text, origin);
    }

    public InterfaceAddress from(int who) {
        return new InterfaceAddress(link, local, prefixLength, peer, broadcast, scope, flags, label, who);
    }

    /// Detection has not ended, or has found another: not usable.
    public boolean isTentative() {
        return (flags & (RouteHeader.IFA_F_TENTATIVE | RouteHeader.IFA_F_DADFAILED)) != 0;
    }

    /// EEXIST when the link has it.
    public Message add() {
        return message("add", RouteHeader.RTM_NEWADDR, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_EXCL);
    }

    public Message replace() {
        return message("set", RouteHeader.RTM_NEWADDR, RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_REPLACE);
    }

    public Message delete() {
        return message("delete", RouteHeader.RTM_DELADDR, 0);
    }

    /// Asks for the addresses of all links.
    public static Message all() {
        return allOf(0);
    }

    public static Message allOf(int link) {
        return new Encoder()
                .u8(RouteHeader.AF_UNSPEC)
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(link)
                .message("list addresses", RouteHeader.RTM_GETADDR, 0);
    }

    /// Whether a message tells of an address, or that one is gone.
    public static boolean isIn(Message message) {
        return message.type() == RouteHeader.RTM_NEWADDR || message.type() == RouteHeader.RTM_DELADDR;
    }

    public static InterfaceAddress read(Message message) {
        Attributes a = message.attributes(IFADDRMSG);
        InetAddress prefix = Addresses.of(a, RouteHeader.IFA_ADDRESS);
        InetAddress own = Addresses.of(a, RouteHeader.IFA_LOCAL);
        InetAddress some = prefix == null ? Addresses.any(message.u8(0)) : prefix;
        InetAddress local = own == null ? some : own; // IPv6 without a peer has no own
        return Addresses.read(() -> new InterfaceAddress(
                message.u32(4),
                local,
                message.u8(1),
                local.equals(prefix) ? null : prefix,
                Addresses.of(a, RouteHeader.IFA_BROADCAST),
                message.u8(3),
                a.u32(RouteHeader.IFA_FLAGS, message.u8(2)),
                a.string(RouteHeader.IFA_LABEL),
                a.u8(RouteHeader.IFA_PROTO, 0)));
    }

    private Message message(String verb, int type, int messageFlags) {
        Encoder e = new Encoder()
                .u8(Addresses.family(local))
                .u8(prefixLength)
                .u8(flags & 0xff)
                .u8(scope)
                .u32(link)
                .bytes(RouteHeader.IFA_LOCAL, local.getAddress())
                .bytes(RouteHeader.IFA_ADDRESS, (peer == null ? local : peer).getAddress());
        if (broadcast != null) {
            e.bytes(RouteHeader.IFA_BROADCAST, broadcast.getAddress());
        }
        if (!label.isEmpty()) {
            e.string(RouteHeader.IFA_LABEL, label);
        }
        if (origin != 0) {
            e.u8(RouteHeader.IFA_PROTO, origin);
        }
        if (flags != 0) {
            e.u32(RouteHeader.IFA_FLAGS, flags);
        }
        String address = local.getHostAddress() + "/" + prefixLength;
        return e.message(verb + " address " + address, type, messageFlags);
    }
}
