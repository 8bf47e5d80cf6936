package dev.gantry.engine.log;

import java.util.Optional;

/// The drivers by the names that containers ask for them. Each call looks again: plugins come and go.
@FunctionalInterface
public interface LogDrivers {
    LogDrivers NONE = _ -> Optional.empty();

    Optional<LogDriver> find(String name);

    /// These, and where they have none, those of `others`.
    default LogDrivers or(LogDrivers others) {
        return name -> find(name).or(() -> others.find(name));
    }
}
