package dev.gantry.engine.container;

import java.time.Instant;

/// What a container is now. Which may follow which is in [Transitions].
public sealed interface ContainerState {
    /// Never started, or not since its creation.
    record Created() implements ContainerState {}

    /// `pid` and `startTime` (clock ticks since the boot) name the process; never act on the pid alone.
    record Running(int pid, long startTime, Instant since) implements ContainerState {}

    /// Ended, and to be started again at `due` by its policy.
    record Restarting(Exit last, Instant due) implements ContainerState {}

    record Exited(Exit exit) implements ContainerState {}

    /// It is in the database, but its files are not on disk or could not be removed.
    record Dead(String why) implements ContainerState {}

    /// Being removed.
    record Removing() implements ContainerState {}

    /// The word of listings: `created`, `running`, `restarting`, `exited`, `dead`, `removing`.
    default String word() {
        return switch (this) {
            case Created _ -> "created";
            case Running _ -> "running";
            case Restarting _ -> "restarting";
            case Exited _ -> "exited";
            case Dead _ -> "dead";
            case Removing _ -> "removing";
        };
    }
}
