package dev.gantry.engine.exec;

import dev.gantry.base.ContainerId;

/// An exec as it was when it was asked for.
public record Exec(ContainerId id, ContainerId container, ExecSpec spec, State state) {
    public sealed interface State {
        record Created() implements State {}

        record Running(int pid, long startTime) implements State {}

        /// `pid` is what it was.
        record Exited(int pid, int code) implements State {}
    }
}
