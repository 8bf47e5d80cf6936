package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Encoder;

/// How a bridge treats one of its ports; what is not said stays. `IFLA_BRPORT_*` of <linux/if_link.h>, bridge(8).
public final class PortOptions {
    private final Encoder encoder;

    PortOptions(Encoder encoder) {
        this.encoder = encoder;
    }

    /// Isolated ports do not reach each other.
    public PortOptions isolated(boolean on) {
        return u8(RouteHeader.IFLA_BRPORT_ISOLATED, on);
    }

    /// Whether a packet may leave through the port it came in by.
    public PortOptions hairpin(boolean on) {
        return u8(RouteHeader.IFLA_BRPORT_MODE, on);
    }

    /// Whether the bridge answers ARP and neighbour discovery from what it knows.
    public PortOptions suppressNeighbours(boolean on) {
        return u8(RouteHeader.IFLA_BRPORT_NEIGH_SUPPRESS, on);
    }

    public PortOptions learning(boolean on) {
        return u8(RouteHeader.IFLA_BRPORT_LEARNING, on);
    }

    /// Whether packets for unknown addresses go out here.
    public PortOptions unicastFlood(boolean on) {
        return u8(RouteHeader.IFLA_BRPORT_UNICAST_FLOOD, on);
    }

    public PortOptions multicastFlood(boolean on) {
        return u8(RouteHeader.IFLA_BRPORT_MCAST_FLOOD, on);
    }

    public PortOptions broadcastFlood(boolean on) {
        return u8(RouteHeader.IFLA_BRPORT_BCAST_FLOOD, on);
    }

    private PortOptions u8(int type, boolean on) {
        encoder.u8(type, on ? 1 : 0);
        return this;
    }
}
