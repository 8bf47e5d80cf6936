package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;

/// What becomes of a packet; `chain` is where a jump goes, otherwise empty. `enum nft_verdicts` of
/// <linux/netfilter/nf_tables.h>, and `NF_*` of <linux/netfilter.h>.
public record Verdict(int code, String chain) {
    public static final Verdict ACCEPT = new Verdict(NftHeader.NF_ACCEPT, "");
    public static final Verdict DROP = new Verdict(NftHeader.NF_DROP, "");
    public static final Verdict CONTINUE = new Verdict(NftHeader.NFT_CONTINUE, "");
    public static final Verdict RETURN = new Verdict(NftHeader.NFT_RETURN, "");

    /// Comes back when that chain decided nothing.
    public static Verdict jump(String chain) {
        return new Verdict(NftHeader.NFT_JUMP, chain);
    }

    /// Does not come back.
    public static Verdict goTo(String chain) {
        return new Verdict(NftHeader.NFT_GOTO, chain);
    }

    /// As the content of a data attribute.
    void write(Encoder data) {
        data.nest(NftHeader.NFTA_DATA_VERDICT, v -> {
            v.be32(NftHeader.NFTA_VERDICT_CODE, code);
            if (!chain.isEmpty()) {
                v.string(NftHeader.NFTA_VERDICT_CHAIN, chain);
            }
        });
    }

    static Verdict read(Attributes data) {
        Attributes v = data.nested(NftHeader.NFTA_DATA_VERDICT);
        return new Verdict(v.be32(NftHeader.NFTA_VERDICT_CODE, 0), v.string(NftHeader.NFTA_VERDICT_CHAIN));
    }
}
