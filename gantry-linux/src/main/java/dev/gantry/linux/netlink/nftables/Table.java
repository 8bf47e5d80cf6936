package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;

/// A table, by family and name. An owned one goes with the socket that made it, and nobody else can change it;
/// a dormant one sees no packets. `handle` is 0 before the kernel gave one. <linux/netfilter/nf_tables.h>.
public record Table(Family family, String name, boolean owned, boolean dormant, String comment, long handle) {
    public static Table of(Family family, String name) {
        return new Table(family, name, false, false, "", 0);
    }

    public Table ownedBySocket() {
        return new Table(family, name, true, dormant, comment, handle);
    }

    public Table commented(String text) {
        return new Table(family, name, owned, dormant, text, handle);
    }

    /// One that is there already is left as it is.
    public Message add() {
        int flags = (owned ? NftHeader.NFT_TABLE_F_OWNER : 0) | (dormant ? NftHeader.NFT_TABLE_F_DORMANT : 0);
        Encoder e =
                Nfgen.header(family).string(NftHeader.NFTA_TABLE_NAME, name).be32(NftHeader.NFTA_TABLE_FLAGS, flags);
        if (!comment.isEmpty()) {
            e.bytes(NftHeader.NFTA_TABLE_USERDATA, Nfgen.comment(comment));
        }
        return e.message("add table " + name, Nfgen.type(NftHeader.NFT_MSG_NEWTABLE), NftHeader.NLM_F_CREATE);
    }

    /// With all that is in it. ENOENT when there is none: add it before in the same transaction.
    public Message delete() {
        return Nfgen.header(family)
                .string(NftHeader.NFTA_TABLE_NAME, name)
                .message("delete table " + name, Nfgen.type(NftHeader.NFT_MSG_DELTABLE), 0);
    }

    static Message all() {
        return Nfgen.header(0, 0).message("list tables", Nfgen.type(NftHeader.NFT_MSG_GETTABLE), 0);
    }

    public static boolean isIn(Message message) {
        return Nfgen.is(message, NftHeader.NFT_MSG_NEWTABLE) || Nfgen.is(message, NftHeader.NFT_MSG_DELTABLE);
    }

    public static Table read(Message message) {
        Attributes a = message.attributes(Nfgen.HEADER);
        int flags = a.be32(NftHeader.NFTA_TABLE_FLAGS, 0);
        return new Table(
                Family.of(message.u8(0)),
                a.string(NftHeader.NFTA_TABLE_NAME),
                (flags & NftHeader.NFT_TABLE_F_OWNER) != 0,
                (flags & NftHeader.NFT_TABLE_F_DORMANT) != 0,
                Nfgen.comment(a.bytes(NftHeader.NFTA_TABLE_USERDATA)),
                a.be64(NftHeader.NFTA_TABLE_HANDLE, 0));
    }
}
