package dev.gantry.network.firewall;

import dev.gantry.network.address.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Plans in the language of nft(8): to print, to compare, and to load by hand. The driver speaks to the
/// kernel itself.
public final class NftText {
    private NftText() {}

    /// A whole transaction: the table as planned, whatever was in it before. The administrator's chains
    /// keep their rules.
    public static String load(TablePlan plan) {
        String table = "inet " + plan.table();
        StringBuilder text = new StringBuilder("add table " + table + "\n");
        for (Chain chain : plan.chains()) {
            text.append("add chain ")
                    .append(table)
                    .append(' ')
                    .append(chain(chain))
                    .append('\n');
            if (!(chain instanceof Chain.Administrators)) {
                text.append("flush chain ")
                        .append(table)
                        .append(' ')
                        .append(chain.name())
                        .append('\n');
            }
        }
        for (ElementSet set : plan.sets()) {
            text.append("add ").append(set(table, set)).append('\n');
            text.append("flush ").append(set.isMap() ? "map " : "set ");
            text.append(table).append(' ').append(set.name()).append('\n');
        }
        for (Rule rule : plan.rules()) {
            text.append("add rule ")
                    .append(table)
                    .append(' ')
                    .append(rule(rule))
                    .append('\n');
        }
        return text.append(elements(plan.table(), "add", plan.elements())).toString();
    }

    /// A transaction that takes elements away and puts others in.
    public static String change(String table, ElementChange change) {
        return elements(table, "delete", change.removed()) + elements(table, "add", change.added());
    }

    private static String elements(String table, String verb, List<Element> elements) {
        StringBuilder text = new StringBuilder();
        for (Element e : elements) {
            text.append(verb).append(" element inet ").append(table).append(' ').append(e.set());
            text.append(" { ").append(values(e.key()));
            boolean withValue = verb.equals("add") && !e.value().isEmpty();
            text.append(withValue ? " : " + values(e.value()) : "").append(" }\n");
        }
        return text.toString();
    }

    static String element(Element e) {
        return e.set() + " { " + values(e.key()) + (e.value().isEmpty() ? "" : " : " + values(e.value())) + " }";
    }

    private static String chain(Chain chain) {
        return switch (chain) {
            case Chain.Base b ->
                b.name() + " { type " + lower(b.type()) + " hook " + lower(b.hook()) + " priority " + b.priority()
                        + "; policy accept; }";
            case Chain.Called c -> c.name();
            case Chain.Administrators a -> a.name();
        };
    }

    private static String set(String table, ElementSet set) {
        String key = set.key().stream().map(ElementSet.Part::nft).collect(Collectors.joining(" . "));
        String value = set.value().stream().map(ElementSet.Part::nft).collect(Collectors.joining(" . "));
        return (set.isMap() ? "map " : "set ") + table + " " + set.name() + " { type " + key
                + (set.isMap() ? " : " + value : "") + ";" + (set.intervals() ? " flags interval;" : "") + " }";
    }

    /// `chain conditions action`.
    static String rule(Rule rule) {
        List<String> words = new ArrayList<>();
        words.add(rule.chain());
        rule.matches().forEach(m -> words.add(match(m)));
        words.add(action(rule.action()));
        return String.join(" ", words);
    }

    private static String match(Match match) {
        return switch (match) {
            case Match.In in -> fields(in.fields()) + (in.isIn() ? " @" : " != @") + in.set();
            case Match.OfFamily of -> "meta nfproto " + nfproto(of.family());
            case Match.ToThisHost _ -> "fib daddr type local";
            case Match.Translated _ -> "ct status dnat";
            case Match.Interface i -> i.field().nft() + (i.is() ? " \"" : " != \"") + i.name() + "\"";
            case Match.OfGroup(var field, int group) ->
                (field == Field.INPUT_INTERFACE ? "iifgroup " : "oifgroup ") + group;
            case Match.NotOfRoot _ -> "meta skuid != 0";
            case Match.NotSealed(boolean leaves) -> leaves ? "rt ipsec missing" : "meta secpath missing";
            case Match.Within w -> w.field().nft() + " " + w.block();
        };
    }

    private static String action(Action action) {
        return switch (action) {
            case Action.Accept _ -> "accept";
            case Action.Drop _ -> "drop";
            case Action.Return _ -> "return";
            case Action.Jump jump -> "jump " + jump.chain();
            case Action.Goto to -> "goto " + to.chain();
            case Action.Verdict v -> fields(v.fields()) + " vmap @" + v.map();
            case Action.ByConnection _ -> "ct state vmap { established : accept, related : accept, invalid : drop }";
            case Action.TranslateDestination t ->
                "dnat " + ip(t.family()) + " to " + fields(t.fields()) + " map @" + t.map();
            case Action.TranslateSource t ->
                "snat " + ip(t.family()) + " to " + t.field().nft() + " map @" + t.map();
            case Action.Masquerade _ -> "masquerade";
        };
    }

    private static String values(List<Element.Value> values) {
        return values.stream().map(NftText::value).collect(Collectors.joining(" . "));
    }

    private static String value(Element.Value value) {
        return switch (value) {
            case Element.Value.InterfaceName i -> "\"" + i.name() + "\"";
            case Element.Value.OfFamily of -> nfproto(of.family());
            case Element.Value.Address a -> a.ip().toString();
            case Element.Value.Block b -> b.subnet().toString();
            case Element.Value.Transport t -> t.protocol().wire();
            case Element.Value.Port p -> String.valueOf(p.number());
            case Element.Value.Verdict v -> action(v.action());
        };
    }

    private static String fields(List<Field> fields) {
        return fields.stream().map(Field::nft).collect(Collectors.joining(" . "));
    }

    private static String nfproto(Family family) {
        return family == Family.IPV4 ? "ipv4" : "ipv6";
    }

    private static String ip(Family family) {
        return family == Family.IPV4 ? "ip" : "ip6";
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
