package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Encoder;
import java.net.InetAddress;

/// A VXLAN tunnel (RFC 7348); what is not said keeps the kernel's default. `IFLA_VXLAN_*` of <linux/if_link.h>,
/// vxlan in ip-link(8).
public final class VxlanOptions {
    private final Encoder encoder;

    VxlanOptions(Encoder encoder, int id) {
        this.encoder = encoder;
        encoder.u32(RouteHeader.IFLA_VXLAN_ID, id);
    }

    /// The UDP port, of both sides.
    public VxlanOptions port(int port) {
        encoder.be16(RouteHeader.IFLA_VXLAN_PORT, port);
        return this;
    }

    /// The address packets are sent from.
    public VxlanOptions local(InetAddress address) {
        return address(RouteHeader.IFLA_VXLAN_LOCAL, RouteHeader.IFLA_VXLAN_LOCAL6, address);
    }

    /// Where packets for unknown addresses go: a multicast group, or one peer.
    public VxlanOptions group(InetAddress address) {
        return address(RouteHeader.IFLA_VXLAN_GROUP, RouteHeader.IFLA_VXLAN_GROUP6, address);
    }

    /// The link below, by its index; a multicast group needs one.
    public VxlanOptions link(int index) {
        encoder.u32(RouteHeader.IFLA_VXLAN_LINK, index);
        return this;
    }

    /// Whether peers are learned from what arrives.
    public VxlanOptions learning(boolean on) {
        return u8(RouteHeader.IFLA_VXLAN_LEARNING, on);
    }

    /// Whether it answers ARP and neighbour discovery from what it knows.
    public VxlanOptions proxy(boolean on) {
        return u8(RouteHeader.IFLA_VXLAN_PROXY, on);
    }

    public VxlanOptions reportUnknownMac(boolean on) {
        return u8(RouteHeader.IFLA_VXLAN_L2MISS, on);
    }

    public VxlanOptions reportUnknownAddress(boolean on) {
        return u8(RouteHeader.IFLA_VXLAN_L3MISS, on);
    }

    public VxlanOptions checksums(boolean on) {
        return u8(RouteHeader.IFLA_VXLAN_UDP_CSUM, on);
    }

    public VxlanOptions timeToLive(int hops) {
        encoder.u8(RouteHeader.IFLA_VXLAN_TTL, hops);
        return this;
    }

    private VxlanOptions u8(int type, boolean on) {
        encoder.u8(type, on ? 1 : 0);
        return this;
    }

    private VxlanOptions address(int type4, int type6, InetAddress address) {
        boolean four = Addresses.family(address) == RouteHeader.AF_INET;
        encoder.bytes(four ? type4 : type6, address.getAddress());
        return this;
    }
}
