package dev.gantry.network.firewall;

import java.util.List;

/// One whole table: chains, rules in their order, sets, and the elements in them.
public record TablePlan(
        String table, List<Chain> chains, List<ElementSet> sets, List<Rule> rules, List<Element> elements) {
    public TablePlan {
        chains = List.copyOf(chains);
        sets = List.copyOf(sets);
        rules = List.copyOf(rules);
        elements = List.copyOf(elements);
    }

    public TablePlan with(List<Element> others) {
        return new TablePlan(table, chains, sets, rules, others);
    }
}
