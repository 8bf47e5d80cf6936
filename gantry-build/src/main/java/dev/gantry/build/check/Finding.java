package dev.gantry.build.check;

import dev.gantry.build.dockerfile.Place;

/// What a rule found.
public record Finding(Rule rule, String message, Place place) {
    /// `StageNameCasing: Stage name 'Base' should be lowercase (line 3)`
    @Override
    public String toString() {
        return rule.wireName() + ": " + message + " (line " + place.line() + ")";
    }
}
