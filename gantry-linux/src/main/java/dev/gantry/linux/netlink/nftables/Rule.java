package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.util.ArrayList;
import java.util.List;

/// A rule: expressions that packets pass in turn until one does not match. The kernel names it by its handle,
/// which is 0 before it gave one; we find ours again by the comment. <linux/netfilter/nf_tables.h>.
///
/// ```java
/// Rule published = Rule.in(prerouting).tcp().destinationPort(8080).dnatTo(address, 80).comment("web").rule();
/// ```
public record Rule(
        Family family, String table, String chain, List<Expression> expressions, String comment, long handle) {
    public Rule {
        expressions = List.copyOf(expressions);
    }

    /// A rule to write.
    public static RuleBuilder in(Chain chain) {
        return new RuleBuilder(chain);
    }

    /// At the end of its chain.
    public Message add() {
        return content(Nfgen.header(family), 0)
                .message(what("add"), newRule(), NftHeader.NLM_F_CREATE | NftHeader.NLM_F_APPEND);
    }

    /// At the beginning of its chain.
    public Message insert() {
        return content(Nfgen.header(family), 0).message(what("insert"), newRule(), NftHeader.NLM_F_CREATE);
    }

    public Message addAfter(long other) {
        return content(Nfgen.header(family), other)
                .message(what("add"), newRule(), NftHeader.NLM_F_CREATE | NftHeader.NLM_F_APPEND);
    }

    public Message insertBefore(long other) {
        return content(Nfgen.header(family), other).message(what("insert"), newRule(), NftHeader.NLM_F_CREATE);
    }

    /// In the place of another, whose counters are lost.
    public Message replace(long other) {
        return content(Nfgen.header(family), 0)
                .be64(NftHeader.NFTA_RULE_HANDLE, other)
                .message(what("replace"), newRule(), NftHeader.NLM_F_REPLACE);
    }

    /// Of a rule that was listed, by its handle.
    public Message delete() {
        if (handle == 0) {
            throw new IllegalStateException("a rule to delete was listed: it has a handle");
        }
        return place(Nfgen.header(family))
                .be64(NftHeader.NFTA_RULE_HANDLE, handle)
                .message(what("delete"), Nfgen.type(NftHeader.NFT_MSG_DELRULE), 0);
    }

    static Message all() {
        return Nfgen.header(0, 0).message("list rules", Nfgen.type(NftHeader.NFT_MSG_GETRULE), 0);
    }

    static Message allOf(Table table) {
        return Nfgen.header(table.family())
                .string(NftHeader.NFTA_RULE_TABLE, table.name())
                .message("list rules of table " + table.name(), Nfgen.type(NftHeader.NFT_MSG_GETRULE), 0);
    }

    public static boolean isIn(Message message) {
        return Nfgen.is(message, NftHeader.NFT_MSG_NEWRULE) || Nfgen.is(message, NftHeader.NFT_MSG_DELRULE);
    }

    public static Rule read(Message message) {
        Attributes a = message.attributes(Nfgen.HEADER);
        List<Expression> expressions = new ArrayList<>();
        for (var e : a.nested(NftHeader.NFTA_RULE_EXPRESSIONS)) {
            expressions.add(Expression.read(e));
        }
        return new Rule(
                Family.of(message.u8(0)),
                a.string(NftHeader.NFTA_RULE_TABLE),
                a.string(NftHeader.NFTA_RULE_CHAIN),
                expressions,
                Nfgen.comment(a.bytes(NftHeader.NFTA_RULE_USERDATA)),
                a.be64(NftHeader.NFTA_RULE_HANDLE, 0));
    }

    private static int newRule() {
        return Nfgen.type(NftHeader.NFT_MSG_NEWRULE);
    }

    private String what(String verb) {
        String name = comment.isEmpty() ? handle == 0 ? "rule" : "rule " + handle : "rule " + comment;
        return verb + " " + name + " of chain " + chain;
    }

    private Encoder place(Encoder e) {
        return e.string(NftHeader.NFTA_RULE_TABLE, table).string(NftHeader.NFTA_RULE_CHAIN, chain);
    }

    private Encoder content(Encoder e, long position) {
        place(e).nest(NftHeader.NFTA_RULE_EXPRESSIONS, list -> Expression.write(list, expressions));
        if (position != 0) {
            e.be64(NftHeader.NFTA_RULE_POSITION, position);
        }
        if (!comment.isEmpty()) {
            e.bytes(NftHeader.NFTA_RULE_USERDATA, Nfgen.comment(comment));
        }
        return e;
    }
}
