package dev.gantry.engine.health;

import dev.gantry.base.ContainerId;
import java.util.Optional;

/// The health of containers.
public interface Checks {
    /// Empty for one without a check, and one that never ran.
    Optional<Health> of(ContainerId id);
}
