package dev.gantry.engine.stats;

import java.util.Optional;

/// One round: `now` is empty while the container does not run, `before` when there was no round before in this run.
public record Reading(Optional<Sample> now, Optional<Sample> before) {
    static final Reading NOT_RUNNING = new Reading(Optional.empty(), Optional.empty());
}
