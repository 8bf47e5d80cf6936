package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;

/// A chain of rules. `handle` is 0 before the kernel gave one.
/// <linux/netfilter/nf_tables.h>, nft(8) CHAINS.
public record Chain(Family family, String table, String name, Entry entry, String comment, long handle) {
    /// What a base chain is for.
    public enum Type {
        FILTER("filter"),
        NAT("nat"),
        ROUTE("route");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        static Type of(String word) {
            return word.equals("nat") ? NAT : word.equals("route") ? ROUTE : FILTER;
        }
    }

    /// Where packets enter it. `NF_INET_*` of <linux/netfilter.h>, which the bridge's have too.
    public enum Hook {
        PREROUTING(NftHeader.NF_INET_PRE_ROUTING),
        INPUT(NftHeader.NF_INET_LOCAL_IN),
        FORWARD(NftHeader.NF_INET_FORWARD),
        OUTPUT(NftHeader.NF_INET_LOCAL_OUT),
        POSTROUTING(NftHeader.NF_INET_POST_ROUTING);

        private final int number;

        Hook(int number) {
            this.number = number;
        }

        static Hook of(int number) {
            for (Hook h : values()) {
                if (h.number == number) {
                    return h;
                }
            }
            return PREROUTING;
        }
    }

    /// What becomes of packets that no rule decided about.
    public enum Policy {
        DROP,
        ACCEPT
    }

    /// How packets come into a chain.
    public sealed interface Entry {
        /// Rules of other chains jump to it.
        record Jumped() implements Entry {}

        /// A base chain; of those with the same hook the one with the lower priority is first.
        record Base(Type type, Hook hook, int priority, Policy policy) implements Entry {}
    }

    /// One that others jump to.
    public static Chain of(Table table, String name) {
        return new Chain(table.family(), table.name(), name, new Entry.Jumped(), "", 0);
    }

    public static Chain base(Table table, String name, Type type, Hook hook, int priority, Policy policy) {
        var base = new Entry.Base(type, hook, priority, policy);
        return new Chain(table.family(), table.name(), name, base, "", 0);
    }

    public Chain commented(String text) {
        return new Chain(family, table, name, entry, text, handle);
    }

    /// One that is there already keeps its rules and gets the policy.
    public Message add() {
        Encoder e = named(NftHeader.NFTA_CHAIN_NAME);
        if (entry instanceof Entry.Base base) {
            e.nest(
                            NftHeader.NFTA_CHAIN_HOOK,
                            h -> h.be32(NftHeader.NFTA_HOOK_HOOKNUM, base.hook().number)
                                    .be32(NftHeader.NFTA_HOOK_PRIORITY, base.priority()))
                    .be32(
                            NftHeader.NFTA_CHAIN_POLICY,
                            base.policy() == Policy.ACCEPT ? NftHeader.NF_ACCEPT : NftHeader.NF_DROP)
                    .string(NftHeader.NFTA_CHAIN_TYPE, base.type().word);
        }
        if (!comment.isEmpty()) {
            e.bytes(NftHeader.NFTA_CHAIN_USERDATA, Nfgen.comment(comment));
        }
        return e.message("add chain " + name, Nfgen.type(NftHeader.NFT_MSG_NEWCHAIN), NftHeader.NLM_F_CREATE);
    }

    /// Deletes its rules and keeps the chain.
    public Message flush() {
        return named(NftHeader.NFTA_RULE_CHAIN)
                .message("flush chain " + name, Nfgen.type(NftHeader.NFT_MSG_DELRULE), 0);
    }

    /// EBUSY while others jump to it; its own rules go with it.
    public Message delete() {
        return named(NftHeader.NFTA_CHAIN_NAME)
                .message("delete chain " + name, Nfgen.type(NftHeader.NFT_MSG_DELCHAIN), 0);
    }

    private Encoder named(int attribute) {
        // The table is attribute 1 of chains and of rules.
        return Nfgen.header(family).string(NftHeader.NFTA_CHAIN_TABLE, table).string(attribute, name);
    }

    static Message all() {
        return Nfgen.header(0, 0).message("list chains", Nfgen.type(NftHeader.NFT_MSG_GETCHAIN), 0);
    }

    public static boolean isIn(Message message) {
        return Nfgen.is(message, NftHeader.NFT_MSG_NEWCHAIN) || Nfgen.is(message, NftHeader.NFT_MSG_DELCHAIN);
    }

    public static Chain read(Message message) {
        Attributes a = message.attributes(Nfgen.HEADER);
        Attributes hook = a.nested(NftHeader.NFTA_CHAIN_HOOK);
        Entry entry = !a.has(NftHeader.NFTA_CHAIN_HOOK)
                ? new Entry.Jumped()
                : new Entry.Base(
                        Type.of(a.string(NftHeader.NFTA_CHAIN_TYPE)),
                        Hook.of(hook.be32(NftHeader.NFTA_HOOK_HOOKNUM, 0)),
                        hook.be32(NftHeader.NFTA_HOOK_PRIORITY, 0),
                        a.be32(NftHeader.NFTA_CHAIN_POLICY, NftHeader.NF_ACCEPT) == NftHeader.NF_DROP
                                ? Policy.DROP
                                : Policy.ACCEPT);
        return new Chain(
                Family.of(message.u8(0)),
                a.string(NftHeader.NFTA_CHAIN_TABLE),
                a.string(NftHeader.NFTA_CHAIN_NAME),
                entry,
                Nfgen.comment(a.bytes(NftHeader.NFTA_CHAIN_USERDATA)),
                a.be64(NftHeader.NFTA_CHAIN_HANDLE, 0));
    }
}
