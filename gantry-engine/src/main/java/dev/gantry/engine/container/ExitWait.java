package dev.gantry.engine.container;

import java.time.Duration;
import java.util.Optional;

/// A wait that has begun: what happens between its making and `within` is not missed.
public interface ExitWait {
    /// The exit, or empty when `limit` passed first. May be asked again. For a container that is removed without ever
    /// having run, code 0.
    Optional<Exit> within(Duration limit);
}
