package dev.gantry.network.firewall;

import java.util.List;

/// One rule of a chain: the action applies when all conditions hold.
public record Rule(String chain, List<Match> matches, Action action) {
    public Rule {
        matches = List.copyOf(matches);
    }

    static Rule of(String chain, Action action, Match... matches) {
        return new Rule(chain, List.of(matches), action);
    }
}
