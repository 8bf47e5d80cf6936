package dev.gantry.engine.container;

/// What `stop` did.
public enum StopOutcome {
    STOPPED,
    /// The timeout passed and it was killed.
    KILLED,
    ALREADY_STOPPED
}
