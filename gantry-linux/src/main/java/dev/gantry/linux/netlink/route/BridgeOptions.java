package dev.gantry.linux.netlink.route;

import dev.gantry.linux.netlink.Encoder;

/// What a bridge does; what is not said keeps the kernel's default. `IFLA_BR_*` of <linux/if_link.h>, bridge in
/// ip-link(8).
public final class BridgeOptions {
    private final Encoder encoder;

    BridgeOptions(Encoder encoder) {
        this.encoder = encoder;
    }

    /// Whether multicast goes only to ports that asked for it.
    public BridgeOptions multicastSnooping(boolean on) {
        return u8(RouteHeader.IFLA_BR_MCAST_SNOOPING, on);
    }

    public BridgeOptions vlanFiltering(boolean on) {
        return u8(RouteHeader.IFLA_BR_VLAN_FILTERING, on);
    }

    public BridgeOptions defaultPvid(int vlan) {
        encoder.u16(RouteHeader.IFLA_BR_VLAN_DEFAULT_PVID, vlan);
        return this;
    }

    /// Which of the link-local groups `01:80:c2:00:00:0X` are forwarded, as bits of X.
    public BridgeOptions groupForwarding(int mask) {
        encoder.u16(RouteHeader.IFLA_BR_GROUP_FWD_MASK, mask);
        return this;
    }

    public BridgeOptions spanningTree(boolean on) {
        encoder.u32(RouteHeader.IFLA_BR_STP_STATE, on ? 1 : 0);
        return this;
    }

    /// In hundredths of a second; only without spanning tree may it be 0.
    public BridgeOptions forwardDelayHundredths(int hundredths) {
        encoder.u32(RouteHeader.IFLA_BR_FORWARD_DELAY, hundredths);
        return this;
    }

    /// In hundredths of a second; 0 keeps learned addresses never.
    public BridgeOptions ageingHundredths(int hundredths) {
        encoder.u32(RouteHeader.IFLA_BR_AGEING_TIME, hundredths);
        return this;
    }

    /// Whether bridged packets pass the rules for routed ones, on this bridge alone.
    public BridgeOptions callNetfilter(boolean on) {
        return u8(RouteHeader.IFLA_BR_NF_CALL_IPTABLES, on).u8(RouteHeader.IFLA_BR_NF_CALL_IP6TABLES, on);
    }

    private BridgeOptions u8(int type, boolean on) {
        encoder.u8(type, on ? 1 : 0);
        return this;
    }
}
