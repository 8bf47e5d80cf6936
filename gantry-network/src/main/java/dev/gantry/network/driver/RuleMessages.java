package dev.gantry.network.driver;

import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.nftables.ConnectionState;
import dev.gantry.linux.netlink.nftables.Family;
import dev.gantry.linux.netlink.nftables.KeyType;
import dev.gantry.linux.netlink.nftables.NftSet;
import dev.gantry.linux.netlink.nftables.RuleBuilder;
import dev.gantry.linux.netlink.nftables.Table;
import dev.gantry.linux.netlink.nftables.Value;
import dev.gantry.linux.netlink.nftables.Verdict;
import dev.gantry.network.firewall.Action;
import dev.gantry.network.firewall.Chain;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.ElementChange;
import dev.gantry.network.firewall.ElementSet;
import dev.gantry.network.firewall.Field;
import dev.gantry.network.firewall.Match;
import dev.gantry.network.firewall.Rule;
import dev.gantry.network.firewall.TablePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Planned tables as the messages of one transaction. [dev.gantry.network.firewall.NftText] says the same to
/// people, and a test compares what the kernel makes of both.
final class RuleMessages {
    private final Table table;
    private final Map<String, NftSet> sets = new LinkedHashMap<>();
    private final Map<String, dev.gantry.linux.netlink.nftables.Chain> chains = new LinkedHashMap<>();
    private final Map<String, Long> ruleCounts = new HashMap<>();

    RuleMessages(TablePlan plan) {
        table = Table.of(Family.INET, plan.table());
        plan.sets().forEach(s -> sets.put(s.name(), set(s)));
        plan.chains().forEach(c -> chains.put(c.name(), chain(c)));
        plan.rules().forEach(r -> ruleCounts.merge(r.chain(), (long) rule(r).size(), Long::sum));
    }

    /// The whole table, whatever was in it before. The administrator's chains keep their rules.
    List<Message> load(TablePlan plan) {
        List<Message> all = new ArrayList<>();
        all.add(table.add());
        for (Chain chain : plan.chains()) {
            var ours = named(chains, chain.name());
            all.add(ours.add());
            if (!(chain instanceof Chain.Administrators)) {
                all.add(ours.flush());
            }
        }
        for (NftSet set : sets.values()) {
            all.add(set.add());
            all.add(set.flush());
        }
        plan.rules().forEach(r -> all.addAll(rule(r)));
        all.addAll(elements(plan.elements(), true));
        return all;
    }

    /// The whole table, whether or not there is one.
    List<Message> remove() {
        return List.of(table.add(), table.delete());
    }

    Table table() {
        return table;
    }

    NftSet set(String name) {
        return named(sets, name);
    }

    /// How many the kernel has in each chain that has any.
    Map<String, Long> ruleCounts() {
        return ruleCounts;
    }

    List<Message> change(ElementChange change) {
        List<Message> all = new ArrayList<>(elements(change.removed(), false));
        all.addAll(elements(change.added(), true));
        return all;
    }

    Message delete() {
        return table.delete();
    }

    /// As few messages as can be: the elements of a set go together.
    private List<Message> elements(List<Element> elements, boolean add) {
        Map<String, List<dev.gantry.linux.netlink.nftables.Element>> bySet = new LinkedHashMap<>();
        for (Element e : elements) {
            bySet.computeIfAbsent(e.set(), _ -> new ArrayList<>()).add(element(e));
        }
        List<Message> all = new ArrayList<>();
        bySet.forEach((name, list) -> {
            NftSet set = named(sets, name);
            all.addAll(add ? set.addElements(list) : set.deleteElements(list));
        });
        return all;
    }

    private static <T> T named(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw new IllegalStateException("the table has no " + name);
        }
        return found;
    }

    private NftSet set(ElementSet set) {
        NftSet ours = NftSet.of(table, set.name(), types(set.key()));
        if (set.isMap()) {
            ours = ours.to(types(set.value()));
        }
        return set.intervals() ? ours.withIntervals() : ours;
    }

    private static KeyType[] types(List<ElementSet.Part> parts) {
        return parts.stream()
                .map(p -> switch (p) {
                    case INTERFACE -> KeyType.INTERFACE_NAME;
                    case FAMILY -> KeyType.FAMILY;
                    case IPV4 -> KeyType.IPV4_ADDRESS;
                    case IPV6 -> KeyType.IPV6_ADDRESS;
                    case PROTOCOL -> KeyType.PROTOCOL;
                    case PORT -> KeyType.PORT;
                    case VERDICT -> KeyType.VERDICT;
                })
                .toArray(KeyType[]::new);
    }

    private dev.gantry.linux.netlink.nftables.Chain chain(Chain chain) {
        return switch (chain) {
            case Chain.Base b ->
                dev.gantry.linux.netlink.nftables.Chain.base(
                        table,
                        b.name(),
                        switch (b.type()) {
                            case FILTER -> dev.gantry.linux.netlink.nftables.Chain.Type.FILTER;
                            case NAT -> dev.gantry.linux.netlink.nftables.Chain.Type.NAT;
                        },
                        switch (b.hook()) {
                            case PREROUTING -> dev.gantry.linux.netlink.nftables.Chain.Hook.PREROUTING;
                            case FORWARD -> dev.gantry.linux.netlink.nftables.Chain.Hook.FORWARD;
                            case OUTPUT -> dev.gantry.linux.netlink.nftables.Chain.Hook.OUTPUT;
                            case POSTROUTING -> dev.gantry.linux.netlink.nftables.Chain.Hook.POSTROUTING;
                        },
                        b.priority(),
                        dev.gantry.linux.netlink.nftables.Chain.Policy.ACCEPT);
            case Chain.Called c -> dev.gantry.linux.netlink.nftables.Chain.of(table, c.name());
            case Chain.Administrators a -> dev.gantry.linux.netlink.nftables.Chain.of(table, a.name());
        };
    }

    private List<Message> rule(Rule rule) {
        if (rule.action() instanceof Action.ByConnection) {
            // A verdict map without a name would be one more set: two rules say the same.
            return List.of(
                    matched(rule)
                            .state(ConnectionState.ESTABLISHED, ConnectionState.RELATED)
                            .accept()
                            .rule()
                            .add(),
                    matched(rule).state(ConnectionState.INVALID).drop().rule().add());
        }
        RuleBuilder builder = matched(rule);
        return List.of(act(builder, rule.action()).rule().add());
    }

    private RuleBuilder matched(Rule rule) {
        var chain = named(chains, rule.chain());
        RuleBuilder builder = dev.gantry.linux.netlink.nftables.Rule.in(chain);
        rule.matches().forEach(m -> match(builder, m));
        return builder;
    }

    private static void match(RuleBuilder builder, Match match) {
        switch (match) {
            case Match.In(var fields, var set, boolean isIn) -> {
                if (isIn) {
                    builder.inSet(set, fields(fields));
                } else {
                    builder.notInSet(set, fields(fields));
                }
            }
            case Match.OfFamily(var family) -> builder.nfproto(version(family));
            case Match.ToThisHost() -> builder.destinationIsLocal();
            case Match.Translated() -> builder.statusDnat();
            case Match.Interface i -> interfaceName(builder, i);
            case Match.OfGroup(var field, int group) -> {
                if (field == Field.INPUT_INTERFACE) {
                    builder.iifgroup(group);
                } else {
                    builder.oifgroup(group);
                }
            }
            case Match.NotOfRoot() -> builder.notSocketUser(0);
            case Match.NotSealed(boolean leaves) -> {
                if (leaves) {
                    builder.notToBeEncrypted();
                } else {
                    builder.notEncrypted();
                }
            }
            case Match.Within(var field, var block) -> {
                var address = block.address().toInetAddress();
                boolean source = field == Field.SOURCE_V4 || field == Field.SOURCE_V6;
                if (source) {
                    builder.source(address, block.prefix());
                } else {
                    builder.destination(address, block.prefix());
                }
            }
        }
    }

    private static void interfaceName(RuleBuilder builder, Match.Interface match) {
        boolean input = match.field() == Field.INPUT_INTERFACE;
        if (input && match.is()) {
            builder.iifname(match.name());
        } else if (input) {
            builder.notIifname(match.name());
        } else if (match.is()) {
            builder.oifname(match.name());
        } else {
            builder.notOifname(match.name());
        }
    }

    private static RuleBuilder act(RuleBuilder builder, Action action) {
        return switch (action) {
            case Action.Verdict(var fields, var map) -> builder.verdictBy(map, fields(fields));
            case Action.TranslateDestination(var family, var fields, var map) ->
                builder.dnatBy(map, version(family), true, fields(fields));
            case Action.TranslateSource(var family, var field, var map) ->
                builder.snatBy(map, version(family), field(field));
            case Action.Masquerade() -> builder.masquerade();
            case Action.Accept _, Action.Drop _, Action.Return _, Action.Jump _, Action.Goto _ ->
                builder.verdict(verdict(action));
            case Action.ByConnection() -> throw new IllegalStateException("it is two rules");
        };
    }

    private static Verdict verdict(Action action) {
        return switch (action) {
            case Action.Accept() -> Verdict.ACCEPT;
            case Action.Drop() -> Verdict.DROP;
            case Action.Return() -> Verdict.RETURN;
            case Action.Jump(var chain) -> Verdict.jump(chain);
            case Action.Goto(var chain) -> Verdict.goTo(chain);
            case Action.Verdict _,
                    Action.TranslateDestination _,
                    Action.TranslateSource _,
                    Action.Masquerade _,
                    Action.ByConnection _ -> throw new IllegalStateException("no verdict: " + action);
        };
    }

    private static dev.gantry.linux.netlink.nftables.Field[] fields(List<Field> fields) {
        return fields.stream().map(RuleMessages::field).toArray(dev.gantry.linux.netlink.nftables.Field[]::new);
    }

    private static dev.gantry.linux.netlink.nftables.Field field(Field field) {
        return switch (field) {
            case INPUT_INTERFACE -> dev.gantry.linux.netlink.nftables.Field.INPUT_NAME;
            case OUTPUT_INTERFACE -> dev.gantry.linux.netlink.nftables.Field.OUTPUT_NAME;
            case FAMILY -> dev.gantry.linux.netlink.nftables.Field.FAMILY;
            case TRANSPORT -> dev.gantry.linux.netlink.nftables.Field.PROTOCOL;
            case DESTINATION_PORT -> dev.gantry.linux.netlink.nftables.Field.DESTINATION_PORT;
            case SOURCE_V4 -> dev.gantry.linux.netlink.nftables.Field.SOURCE_4;
            case SOURCE_V6 -> dev.gantry.linux.netlink.nftables.Field.SOURCE_6;
            case DESTINATION_V4 -> dev.gantry.linux.netlink.nftables.Field.DESTINATION_4;
            case DESTINATION_V6 -> dev.gantry.linux.netlink.nftables.Field.DESTINATION_6;
        };
    }

    private static int version(dev.gantry.network.address.Family family) {
        return switch (family) {
            case IPV4 -> 4;
            case IPV6 -> 6;
        };
    }

    static dev.gantry.linux.netlink.nftables.Element element(Element e) {
        List<Value> first = e.key().stream().map(v -> value(v, false)).toList();
        List<Value> last = e.key().stream().map(v -> value(v, true)).toList();
        var range = dev.gantry.linux.netlink.nftables.Element.range(first, last);
        if (e.value().isEmpty()) {
            return range;
        }
        if (e.value().getFirst() instanceof Element.Value.Verdict(Action action)) {
            return range.to(verdict(action));
        }
        return range.to(e.value().stream().map(v -> value(v, false)).toArray(Value[]::new));
    }

    private static Value value(Element.Value value, boolean last) {
        return switch (value) {
            case Element.Value.InterfaceName(var name) -> Value.interfaceName(name);
            case Element.Value.OfFamily(var family) -> Value.family(version(family));
            case Element.Value.Address(var ip) -> Value.of(ip.bytes());
            case Element.Value.Block(var subnet) -> Value.of((last ? subnet.last() : subnet.first()).bytes());
            case Element.Value.Transport(var protocol) -> Value.u8(protocol.number());
            case Element.Value.Port(int number) -> Value.port(number);
            case Element.Value.Verdict v -> throw new IllegalStateException("a verdict is no key: " + v);
        };
    }
}
