package dev.gantry.engine.container;

/// What a wait waits for, as the Engine API names it.
public enum WaitCondition {
    /// At once when it is not running and no policy starts it again; else its next end.
    NOT_RUNNING,
    /// The next end, also of a container that is not running now.
    NEXT_EXIT,
    REMOVED
}
