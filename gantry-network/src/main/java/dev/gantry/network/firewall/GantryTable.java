package dev.gantry.network.firewall;

import static dev.gantry.network.firewall.ElementSet.Part.FAMILY;
import static dev.gantry.network.firewall.ElementSet.Part.INTERFACE;
import static dev.gantry.network.firewall.ElementSet.Part.IPV4;
import static dev.gantry.network.firewall.ElementSet.Part.IPV6;
import static dev.gantry.network.firewall.ElementSet.Part.PORT;
import static dev.gantry.network.firewall.ElementSet.Part.PROTOCOL;
import static dev.gantry.network.firewall.ElementSet.Part.VERDICT;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.Instance;
import java.util.ArrayList;
import java.util.List;

/// The fixed part of an engine's table `inet gantry`. Rules never change; networks, endpoints and
/// published ports are elements of its sets and maps ([Elements]), so that the thousandth port costs a
/// packet what the first does.
///
/// How a packet flows, chain by chain:
///
/// * `spoofed` (prerouting, raw): what comes over the wire for a loopback address is dropped. Bridges
///   route such addresses, because ports published on 127.0.0.1 are reached from there. Where hosts share overlay
///   networks, packets for their tunnels are dropped unless they come from one of these hosts, and never from a
///   container (`to-tunnels`).
/// * `forged` (output, raw): nor may a program of this host that is not root's send into these tunnels, or speak to
///   the engines of these hosts.
/// * `arriving` (prerouting, mangle): a packet for a published port of this host passes the
///   administrator's chain `user-published` **before** it is translated, so that its rules speak of the
///   address and port the client used.
/// * `translate-arriving` and `translate-local` (prerouting and output, dstnat): the first packet of a
///   connection to an address of this host gets the container's address and port from `published4` and
///   its sisters.
/// * `strangers`, called by `forward`: what is neither from nor to a bridge of an engine. It goes on, unless
///   the host forwards packets only because an engine turned that on: then the map `closed` drops it, and
///   the administrator's `user-routed` may accept it before.
/// * `forward` (forward, filter): everything from or to a bridge of ours. First the
///   administrator's `user-forward`, where `accept` overrules what follows. Then known connections; then
///   the containers of one bridge among themselves; internal networks end here; then what somebody
///   published. What remains is new and unpublished: into a network as its gateway mode says, which is
///   not at all unless asked for, from another network neither; out of a network always.
/// * `leaving` (postrouting, srcnat): connections out of a network get the host's address, as do
///   connections of a container to a port its own bridge publishes, and those from 127.0.0.1.
///
/// `accept` here never overrules a `drop` in another table: that is how nftables works, and how Gantry
/// obeys the host.
public final class GantryTable {
    public static final String USER_PUBLISHED = "user-published";
    public static final String USER_FORWARD = "user-forward";
    public static final String USER_ROUTED = "user-routed";

    /// The group of the bridges of all engines of a host: what one of them routes is no stranger to another.
    public static final int GROUP = 0x6774;

    static final String BRIDGES = "bridges";
    static final String WITHIN = "within";
    static final String INTERNAL = "internal";
    static final String TRUSTED = "trusted";
    static final String PORTS = "published-ports";
    static final String OPEN = "open-ports";
    static final String STRANGERS = "strangers";
    static final String CLOSED = "closed";
    static final String TO_TUNNELS = "to-tunnels";

    // Ports alone, beside sets of which they are a part. The kernel keeps a set of two bytes as a bitmap: looking there
    // first costs a packet that is not meant a fifth of what it costs to look into the other. What every packet of
    // every connection passes is where throughput goes.
    static final String PORT_NUMBERS = "published-numbers";
    static final String TUNNEL_NUMBERS = "tunnel-numbers";

    /// Of encrypted tunnels: the kernel's policies drop what is not encrypted, and where somebody takes those away, the
    /// table does.
    static final String SEALED_NUMBERS = "sealed-numbers";

    // Priorities of <linux/netfilter_ipv4.h>; nft's names are raw, mangle, dstnat, filter, srcnat.
    private static final int RAW = -300;
    private static final int MANGLE = -150;
    private static final int DSTNAT = -100;
    private static final int FILTER = 0;
    private static final int SRCNAT = 100;

    private static final Match TRANSLATED = new Match.Translated();
    private static final Match TO_THIS_HOST = new Match.ToThisHost();

    private GantryTable() {}

    /// The table without an element.
    public static TablePlan of(Instance instance) {
        return of(instance, false);
    }

    /// @param sealing whether the kernel can tell what was encrypted: what was not is kept out of encrypted tunnels
    public static TablePlan of(Instance instance, boolean sealing) {
        return new TablePlan(instance.table(), chains(), sets(), rules(sealing), List.of());
    }

    private static List<Chain> chains() {
        return List.of(
                new Chain.Administrators(USER_PUBLISHED),
                new Chain.Administrators(USER_FORWARD),
                new Chain.Administrators(USER_ROUTED),
                new Chain.Called("publish"),
                new Chain.Called(OPEN),
                new Chain.Called(STRANGERS),
                new Chain.Called(TO_TUNNELS),
                new Chain.Base("spoofed", Chain.Type.FILTER, Chain.Hook.PREROUTING, RAW),
                new Chain.Base("forged", Chain.Type.FILTER, Chain.Hook.OUTPUT, RAW),
                new Chain.Base("arriving", Chain.Type.FILTER, Chain.Hook.PREROUTING, MANGLE),
                new Chain.Base("translate-arriving", Chain.Type.NAT, Chain.Hook.PREROUTING, DSTNAT),
                new Chain.Base("translate-local", Chain.Type.NAT, Chain.Hook.OUTPUT, DSTNAT),
                new Chain.Base("forward", Chain.Type.FILTER, Chain.Hook.FORWARD, FILTER),
                new Chain.Base("leaving", Chain.Type.NAT, Chain.Hook.POSTROUTING, SRCNAT));
    }

    private static List<ElementSet> sets() {
        List<ElementSet> sets = new ArrayList<>();
        sets.add(new ElementSet(BRIDGES, List.of(INTERFACE), List.of(), false));
        sets.add(new ElementSet(WITHIN, List.of(INTERFACE, INTERFACE), List.of(VERDICT), false));
        sets.add(new ElementSet(INTERNAL, List.of(INTERFACE), List.of(), false));
        sets.add(new ElementSet(TRUSTED, List.of(INTERFACE, INTERFACE), List.of(VERDICT), false));
        sets.add(new ElementSet(CLOSED, List.of(FAMILY), List.of(VERDICT), false));
        sets.add(new ElementSet(PORTS, List.of(PROTOCOL, PORT), List.of(), false));
        sets.add(new ElementSet(PORT_NUMBERS, List.of(PORT), List.of(), false));
        sets.add(new ElementSet(TUNNEL_NUMBERS, List.of(PORT), List.of(), false));
        sets.add(new ElementSet(SEALED_NUMBERS, List.of(PORT), List.of(), false));
        for (Family family : Family.values()) {
            ElementSet.Part ip = family == Family.IPV4 ? IPV4 : IPV6;
            sets.add(new ElementSet(tunnels(family), List.of(ip, PROTOCOL, PORT), List.of(), false));
            sets.add(new ElementSet(tunnelHosts(family), List.of(ip), List.of(), false));
            sets.add(new ElementSet(entering(family), List.of(INTERFACE), List.of(VERDICT), false));
            sets.add(new ElementSet(open(family), List.of(ip, PROTOCOL, PORT), List.of(), false));
            sets.add(new ElementSet(published(family), List.of(PROTOCOL, PORT), List.of(ip, PORT), false));
            sets.add(new ElementSet(publishedAt(family), List.of(ip, PROTOCOL, PORT), List.of(ip, PORT), false));
            sets.add(new ElementSet(hairpin(family), List.of(INTERFACE, ip), List.of(), true));
            sets.add(new ElementSet(masqueraded(family), List.of(ip), List.of(), true));
            sets.add(new ElementSet(source(family), List.of(ip), List.of(ip), true));
        }
        return sets;
    }

    private static List<Rule> rules(boolean sealing) {
        List<Rule> rules = new ArrayList<>();
        Match loopback = new Match.Within(Field.DESTINATION_V4, new Subnet(Ip.LOOPBACK_V4.masked(8), 8));
        Match fromTheWire = new Match.Interface(Field.INPUT_INTERFACE, "lo", false);
        rules.add(Rule.of("spoofed", new Action.Drop(), loopback, fromTheWire));
        tunnels(rules);
        if (sealing) {
            sealed(rules);
        }
        List<Field> port = List.of(Field.TRANSPORT, Field.DESTINATION_PORT);
        Match number = in(List.of(Field.DESTINATION_PORT), PORT_NUMBERS);
        rules.add(Rule.of("arriving", new Action.Jump(USER_PUBLISHED), number, in(port, PORTS), TO_THIS_HOST));
        rules.add(Rule.of("translate-arriving", new Action.Jump("publish"), TO_THIS_HOST));
        rules.add(Rule.of("translate-local", new Action.Jump("publish"), TO_THIS_HOST));
        publish(rules, port);
        strangers(rules);
        forward(rules);
        leaving(rules);
        return rules;
    }

    private static void tunnels(List<Rule> rules) {
        Match number = in(List.of(Field.DESTINATION_PORT), TUNNEL_NUMBERS);
        rules.add(Rule.of("spoofed", new Action.Jump(TO_TUNNELS), number));
        for (Family family : Family.values()) {
            Match tunnel = tunnel(family);
            // What a container sends to another host would bear this host's address there.
            rules.add(Rule.of(TO_TUNNELS, new Action.Drop(), tunnel, in(List.of(Field.INPUT_INTERFACE), BRIDGES)));
            Match anyEngines = new Match.OfGroup(Field.INPUT_INTERFACE, GROUP);
            rules.add(Rule.of(TO_TUNNELS, new Action.Drop(), tunnel, anyEngines));
            Match strange = notIn(List.of(Field.source(family)), tunnelHosts(family));
            rules.add(Rule.of(TO_TUNNELS, new Action.Drop(), tunnel, strange));
            rules.add(Rule.of("forged", new Action.Drop(), number, tunnel, new Match.NotOfRoot()));
        }
    }

    private static Match tunnel(Family family) {
        return in(List.of(Field.destination(family), Field.TRANSPORT, Field.DESTINATION_PORT), tunnels(family));
    }

    private static void sealed(List<Rule> rules) {
        Match number = in(List.of(Field.DESTINATION_PORT), SEALED_NUMBERS);
        for (Family family : Family.values()) {
            Match tunnel = tunnel(family);
            rules.add(Rule.of(TO_TUNNELS, new Action.Drop(), number, tunnel, new Match.NotSealed(false)));
            rules.add(Rule.of("forged", new Action.Drop(), number, tunnel, new Match.NotSealed(true)));
        }
    }

    private static void publish(List<Rule> rules, List<Field> port) {
        // A packet from ::1 cannot leave the loopback interface: a relay serves that address, not a rule.
        rules.add(Rule.of(
                "publish",
                new Action.Return(),
                new Match.Within(Field.DESTINATION_V6, new Subnet(Ip.LOOPBACK_V6, 128))));
        for (Family family : Family.values()) {
            List<Field> at = List.of(Field.destination(family), Field.TRANSPORT, Field.DESTINATION_PORT);
            Match ofFamily = new Match.OfFamily(family);
            rules.add(Rule.of("publish", new Action.TranslateDestination(family, at, publishedAt(family)), ofFamily));
            rules.add(Rule.of("publish", new Action.TranslateDestination(family, port, published(family)), ofFamily));
        }
    }

    private static void strangers(List<Rule> rules) {
        rules.add(Rule.of(STRANGERS, new Action.Accept(), new Match.OfGroup(Field.INPUT_INTERFACE, GROUP)));
        rules.add(Rule.of(STRANGERS, new Action.Accept(), new Match.OfGroup(Field.OUTPUT_INTERFACE, GROUP)));
        rules.add(Rule.of(STRANGERS, new Action.Jump(USER_ROUTED)));
        rules.add(Rule.of(STRANGERS, new Action.Verdict(List.of(Field.FAMILY), CLOSED)));
    }

    private static void forward(List<Rule> rules) {
        List<Field> in = List.of(Field.INPUT_INTERFACE);
        List<Field> out = List.of(Field.OUTPUT_INTERFACE);
        List<Field> both = List.of(Field.INPUT_INTERFACE, Field.OUTPUT_INTERFACE);
        rules.add(Rule.of("forward", new Action.Goto(STRANGERS), notIn(in, BRIDGES), notIn(out, BRIDGES)));
        rules.add(Rule.of("forward", new Action.Jump(USER_FORWARD)));
        rules.add(Rule.of("forward", new Action.ByConnection()));
        rules.add(Rule.of(
                "forward",
                new Action.Accept(),
                TRANSLATED,
                in(out, BRIDGES),
                notIn(in, INTERNAL),
                notIn(out, INTERNAL)));
        rules.add(Rule.of("forward", new Action.Verdict(both, WITHIN)));
        rules.add(Rule.of("forward", new Action.Drop(), in(in, INTERNAL)));
        rules.add(Rule.of("forward", new Action.Drop(), in(out, INTERNAL)));
        rules.add(Rule.of("forward", new Action.Verdict(both, TRUSTED)));
        for (Family family : Family.values()) {
            rules.add(Rule.of("forward", new Action.Verdict(out, entering(family)), new Match.OfFamily(family)));
            List<Field> at = List.of(Field.destination(family), Field.TRANSPORT, Field.DESTINATION_PORT);
            rules.add(Rule.of(OPEN, new Action.Accept(), in(at, open(family))));
        }
        rules.add(Rule.of(OPEN, new Action.Drop()));
    }

    private static void leaving(List<Rule> rules) {
        List<Field> out = List.of(Field.OUTPUT_INTERFACE);
        Match ours = in(out, BRIDGES);
        rules.add(Rule.of(
                "leaving",
                new Action.Masquerade(),
                ours,
                new Match.Within(Field.SOURCE_V4, new Subnet(Ip.LOOPBACK_V4.masked(8), 8))));
        for (Family family : Family.values()) {
            Field source = Field.source(family);
            rules.add(Rule.of(
                    "leaving",
                    new Action.Masquerade(),
                    TRANSLATED,
                    in(List.of(Field.OUTPUT_INTERFACE, source), hairpin(family))));
            Match outwards = notIn(out, BRIDGES);
            rules.add(Rule.of("leaving", new Action.TranslateSource(family, source, source(family)), outwards));
            rules.add(Rule.of("leaving", new Action.Masquerade(), outwards, in(List.of(source), masqueraded(family))));
        }
    }

    private static Match in(List<Field> fields, String set) {
        return new Match.In(fields, set, true);
    }

    private static Match notIn(List<Field> fields, String set) {
        return new Match.In(fields, set, false);
    }

    private static String number(Family family) {
        return family == Family.IPV4 ? "4" : "6";
    }

    static String tunnels(Family family) {
        return "tunnels" + number(family);
    }

    static String tunnelHosts(Family family) {
        return "tunnel-hosts" + number(family);
    }

    static String entering(Family family) {
        return "entering" + number(family);
    }

    static String open(Family family) {
        return "open" + number(family);
    }

    static String published(Family family) {
        return "published" + number(family);
    }

    static String publishedAt(Family family) {
        return "published-at" + number(family);
    }

    static String hairpin(Family family) {
        return "hairpin" + number(family);
    }

    static String masqueraded(Family family) {
        return "masqueraded" + number(family);
    }

    static String source(Family family) {
        return "source" + number(family);
    }
}
