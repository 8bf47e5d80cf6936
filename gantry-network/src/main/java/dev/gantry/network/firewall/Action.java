package dev.gantry.network.firewall;

import dev.gantry.network.address.Family;
import java.util.List;

/// What a rule does with a packet that meets its conditions.
public sealed interface Action {
    record Accept() implements Action {}

    record Drop() implements Action {}

    record Return() implements Action {}

    record Jump(String chain) implements Action {}

    record Goto(String chain) implements Action {}

    /// The verdict that the map has for the fields; on with the next rule when it has none.
    record Verdict(List<Field> fields, String map) implements Action {
        public Verdict {
            fields = List.copyOf(fields);
        }
    }

    /// By the state of the connection: accept what belongs to one, drop what belongs to none.
    record ByConnection() implements Action {}

    /// A new destination, address and port, from the map; on with the next rule when it has none.
    record TranslateDestination(Family family, List<Field> fields, String map) implements Action {
        public TranslateDestination {
            fields = List.copyOf(fields);
        }
    }

    /// A new source address from the map; on with the next rule when it has none.
    record TranslateSource(Family family, Field field, String map) implements Action {}

    /// The address of the outgoing interface as the new source.
    record Masquerade() implements Action {}
}
