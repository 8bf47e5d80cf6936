package dev.gantry.engine.container;

import java.time.Instant;

/// What a container is now. Which may follow which is in [Transitions].
public sealed interface ContainerState {
    /// Never started, or not since its creation.
    record Created() implements ContainerState {}

    /// `pid` and `startTime` (clock ticks since the boot) name the process; never act on the pid alone. `paused`: its
    /// processes stand still.
    record Running(int pid, long startTime, Instant since, boolean paused) implements ContainerState {
        public Running(int pid, long startTime, Instant since) {
            this(pid, startTime, since, false);
        }

        Running paused(boolean still) {
            return new Running(pid, startTime, since, still);
        }
    }

    /// Ended, and to be started again at `due` by its policy.
    record Restarting(Exit last, Instant due) implements ContainerState {}

    record Exited(Exit exit) implements ContainerState {}

    /// It is in the database, but its files are not on disk or could not be removed.
    record Dead(String why) implements ContainerState {}

    /// Being removed.
    record Removing() implements ContainerState {}

    /// The word of listings: `created`, `running`, `paused`, `restarting`, `exited`, `dead`, `removing`.
    default String word() {
        return switch (this) {
            case Created _ -> "created";
            case Running r -> r.paused() ? "paused" : "running";
            case Restarting _ -> "restarting";
            case Exited _ -> "exited";
            case Dead _ -> "dead";
            case Removing _ -> "removing";
        };
    }
}
