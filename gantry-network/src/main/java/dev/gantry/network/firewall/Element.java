package dev.gantry.network.firewall;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.port.Protocol;
import java.util.List;

/// One element of a set, or one entry of a map.
public record Element(String set, List<Value> key, List<Value> value) implements Comparable<Element> {
    /// A part of a key or value.
    public sealed interface Value {
        record InterfaceName(String name) implements Value {}

        record OfFamily(Family family) implements Value {}

        record Address(Ip ip) implements Value {}

        record Block(Subnet subnet) implements Value {}

        record Transport(Protocol protocol) implements Value {}

        record Port(int number) implements Value {}

        /// [Action.Accept], [Action.Drop] or [Action.Goto].
        record Verdict(Action action) implements Value {}
    }

    public Element {
        key = List.copyOf(key);
        value = List.copyOf(value);
    }

    /// The same key means the same place in the set.
    public boolean samePlace(Element other) {
        return set.equals(other.set) && key.equals(other.key);
    }

    @Override
    public int compareTo(Element other) {
        return NftText.element(this).compareTo(NftText.element(other));
    }
}
