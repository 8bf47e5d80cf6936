package dev.gantry.engine.container;

/// What `start` did; a failure is an exception.
public enum StartOutcome {
    STARTED,
    ALREADY_RUNNING
}
