package dev.gantry.linux.netlink.nftables;

/// How a port or address is chosen. `NF_NAT_RANGE_*` of <linux/netfilter/nf_nat.h>.
public enum NatFlag {
    RANDOM(NftHeader.NF_NAT_RANGE_PROTO_RANDOM),
    FULLY_RANDOM(NftHeader.NF_NAT_RANGE_PROTO_RANDOM_FULLY),
    PERSISTENT(NftHeader.NF_NAT_RANGE_PERSISTENT);

    private final int bit;

    NatFlag(int bit) {
        this.bit = bit;
    }

    static int bits(NatFlag... flags) {
        int bits = 0;
        for (NatFlag f : flags) {
            bits |= f.bit;
        }
        return bits;
    }
}
