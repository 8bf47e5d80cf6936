package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The rules of the network namespace of a socket: changes to them, all or nothing, and what there is.
///
/// ```java
/// Table table = Table.of(Family.INET, "gantry");
/// Chain nat = Chain.base(table, "nat", Chain.Type.NAT, Chain.Hook.POSTROUTING, 100, Chain.Policy.ACCEPT);
/// Rule out = Rule.in(nat).source(subnet, 24).notOifname("br0").masquerade().comment("out").rule();
/// nftables.commit(List.of(table.add(), nat.add(), out.add()));
/// ```
public final class Nftables {
    /// The group that hears of all changes, for [NetlinkSocket#subscribe].
    public static final int GROUP = NftHeader.NFNLGRP_NFTABLES;

    private final NetlinkSocket socket;

    /// The socket, of [NetlinkSocket.Protocol#NETFILTER], stays its owner's.
    public Nftables(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// One transaction: packets see all of it or, when it fails, nothing of it.
    public void commit(List<Message> changes) {
        commit(changes, Nfgen.header(0, NftHeader.NFNL_SUBSYS_NFTABLES));
    }

    /// That something is no more: a table, a set, elements, or rules of `chain`, which is empty otherwise. `by` is
    /// the [NetlinkSocket#port] of who did it.
    public record Removal(Family family, String table, String chain, int by) {}

    /// What an event of [#GROUP] tells to be gone; empty when it tells of something else.
    public static Optional<Removal> removal(Message event) {
        boolean rule = Nfgen.is(event, NftHeader.NFT_MSG_DELRULE);
        boolean other = Nfgen.is(event, NftHeader.NFT_MSG_DELTABLE)
                || Nfgen.is(event, NftHeader.NFT_MSG_DELCHAIN)
                || Nfgen.is(event, NftHeader.NFT_MSG_DELSET)
                || Nfgen.is(event, NftHeader.NFT_MSG_DELSETELEM);
        if ((!rule && !other) || !Family.isKnown(event.u8(0))) {
            return Optional.empty();
        }
        // All of them have the name of the table as their first attribute.
        Attributes a = event.attributes(Nfgen.HEADER);
        String chain = rule ? a.string(NftHeader.NFTA_RULE_CHAIN) : "";
        return Optional.of(
                new Removal(Family.of(event.u8(0)), a.string(NftHeader.NFTA_TABLE_NAME), chain, event.port()));
    }

    /// Only if nothing has been changed since that [#generation]; otherwise ERESTART.
    public void commitIf(int generation, List<Message> changes) {
        commit(changes, Nfgen.header(0, NftHeader.NFNL_SUBSYS_NFTABLES).be32(NftHeader.NFNL_BATCH_GENID, generation));
    }

    private void commit(List<Message> changes, Encoder begin) {
        socket.transact(
                begin.message("commit rules", NftHeader.NFNL_MSG_BATCH_BEGIN, 0),
                changes,
                Nfgen.header(0, NftHeader.NFNL_SUBSYS_NFTABLES)
                        .message("end of rules", NftHeader.NFNL_MSG_BATCH_BEGIN + 1, 0));
    }

    /// Another number after each change that somebody made.
    public int generation() {
        Message request = Nfgen.header(0, 0).message("read generation", Nfgen.type(NftHeader.NFT_MSG_GETGEN), 0);
        return socket.request(request).stream()
                .filter(m -> Nfgen.is(m, NftHeader.NFT_MSG_NEWGEN))
                .mapToInt(m -> m.attributes(Nfgen.HEADER).be32(NftHeader.NFTA_GEN_ID, 0))
                .findFirst()
                .orElse(0);
    }

    public List<Table> tables() {
        return list(Table.all()).stream().map(Table::read).toList();
    }

    public List<Chain> chains() {
        return list(Chain.all()).stream().map(Chain::read).toList();
    }

    /// In the order of their chains.
    public List<Rule> rules() {
        return list(Rule.all()).stream().map(Rule::read).toList();
    }

    /// Those of one table, in the order of their chains.
    public List<Rule> rules(Table table) {
        return list(Rule.allOf(table)).stream().map(Rule::read).toList();
    }

    /// Sets and maps, those without a name too, which rules of nft(8) have.
    public List<NftSet> sets() {
        return list(NftSet.all()).stream().map(NftSet::read).toList();
    }

    /// In the order of keys where it is a set of intervals, otherwise in no order.
    public List<Element> elements(NftSet set) {
        return elements(set, socket.dump(set.allElements()));
    }

    /// Those of one set in messages that list them all.
    public static List<Element> elements(NftSet set, List<Message> messages) {
        return Elements.read(set, messages);
    }

    /// The messages that undo whatever a table held and make it anew, in one transaction.
    public static List<Message> replace(Table table, Message... content) {
        List<Message> all = new ArrayList<>(List.of(table.add(), table.delete(), table.add()));
        all.addAll(Arrays.asList(content));
        return all;
    }

    /// Without the families that we have no words for.
    private List<Message> list(Message request) {
        return socket.dump(request).stream()
                .filter(m -> Family.isKnown(m.u8(0)))
                .toList();
    }
}
