package dev.gantry.linux.netlink.nftables;

/// States of a connection, as bits. `NF_CT_STATE_*` of <linux/netfilter/nf_conntrack_common.h>.
public enum ConnectionState {
    INVALID(1),
    ESTABLISHED(2),
    RELATED(4),
    NEW(8),
    UNTRACKED(64);

    private final int bit;

    ConnectionState(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }
}
