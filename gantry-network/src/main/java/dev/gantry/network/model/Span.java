package dev.gantry.network.model;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How a network is shared by hosts, each named by the address at which the others reach it: `home`, where it was
/// created, gives each host blocks of addresses to hand out. A block that was given stays with its host, so that two
/// hosts that do not reach each other never give the same address.
public record Span(Ip home, Map<Subnet, Ip> blocks) {
    /// Of a network of one host.
    public static final Span NONE = new Span(Ip.ANY_V4, Map.of());

    public Span {
        blocks = Collections.unmodifiableMap(new TreeMap<>(blocks));
    }

    public boolean isNone() {
        return home.isAny();
    }

    /// The blocks of one host, in order.
    public List<Subnet> of(Ip host) {
        return blocks.entrySet().stream()
                .filter(e -> e.getValue().equals(host))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Whose block the address lies in; empty while it is nobody's.
    public Optional<Ip> owner(Ip address) {
        return blocks.entrySet().stream()
                .filter(e -> e.getKey().contains(address))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    public Span with(Subnet block, Ip host) {
        Map<Subnet, Ip> more = new TreeMap<>(blocks);
        more.put(block, host);
        return new Span(home, more);
    }

    /// Whether it takes away nothing that was given before.
    public boolean extendsFrom(Span before) {
        return home.equals(before.home())
                && blocks.entrySet().containsAll(before.blocks().entrySet());
    }
}
