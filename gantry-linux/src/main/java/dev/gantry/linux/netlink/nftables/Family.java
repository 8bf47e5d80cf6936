package dev.gantry.linux.netlink.nftables;

/// Whose packets a table sees. `NFPROTO_*` of <linux/netfilter.h>.
public enum Family {
    /// IPv4 and IPv6.
    INET(NftHeader.NFPROTO_INET),
    IPV4(NftHeader.NFPROTO_IPV4),
    IPV6(NftHeader.NFPROTO_IPV6),
    ARP(NftHeader.NFPROTO_ARP),
    BRIDGE(NftHeader.NFPROTO_BRIDGE);

    private final int number;

    Family(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /// INET for those this enumeration does not have, which are left out of lists.
    static Family of(int number) {
        for (Family f : values()) {
            if (f.number == number) {
                return f;
            }
        }
        return INET;
    }

    static boolean isKnown(int number) {
        return of(number).number == number;
    }
}
