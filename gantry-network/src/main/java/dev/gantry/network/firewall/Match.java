package dev.gantry.network.firewall;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Subnet;
import java.util.List;

/// One condition of a rule.
public sealed interface Match {
    /// The fields together are an element of the set, or are none.
    record In(List<Field> fields, String set, boolean isIn) implements Match {
        public In {
            fields = List.copyOf(fields);
        }
    }

    /// The packet is of this family.
    record OfFamily(Family family) implements Match {}

    /// The destination is an address of this host (`fib daddr type local`).
    record ToThisHost() implements Match {}

    /// The connection's destination was translated: somebody published it.
    record Translated() implements Match {}

    /// The interface is, or is not, this one.
    record Interface(Field field, String name, boolean is) implements Match {}

    /// The interface, incoming or outgoing, belongs to this group.
    record OfGroup(Field field, int group) implements Match {}

    /// It was sent through a socket of this host's that is not root's.
    record NotOfRoot() implements Match {}

    /// It was not encrypted by IPsec, or, when it leaves, is not going to be.
    record NotSealed(boolean leaves) implements Match {}

    /// The address lies in the block.
    record Within(Field field, Subnet block) implements Match {}
}
