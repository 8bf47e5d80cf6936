package dev.gantry.build.check;

import dev.gantry.base.InvalidArgument;
import dev.gantry.build.dockerfile.Place;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects what rules find, without what is not wanted.
public final class Checks {
    private final CheckOptions options;
    private final Set<Finding> findings = new LinkedHashSet<>();

    public Checks(CheckOptions options) {
        this.options = options;
    }

    /// The same at the same place counts once.
    public void report(Rule rule, Place place, String message) {
        if (options.wants(rule)) {
            findings.add(new Finding(rule, message, place));
        }
    }

    /// In the order of their lines.
    public List<Finding> findings() {
        return findings.stream()
                .sorted(Comparator.comparingInt(f -> f.place().line()))
                .toList();
    }

    /// Fails when something was found and that is to be an error.
    public void mustBeClean() {
        if (options.error() && !findings.isEmpty()) {
            throw new InvalidArgument(
                    "build the Dockerfile",
                    "lint violation found for rules: "
                            + String.join(
                                    ", ",
                                    findings.stream()
                                            .map(f -> f.rule().wireName())
                                            .distinct()
                                            .sorted()
                                            .toList()),
                    "repair "
                            + String.join(
                                    "; ",
                                    findings().stream().map(Finding::toString).toList())
                            + ", or leave out error=true");
        }
    }
}
