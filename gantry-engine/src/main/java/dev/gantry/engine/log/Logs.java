package dev.gantry.engine.log;

import dev.gantry.base.ContainerId;

/// What containers wrote.
public interface Logs {
    /// [dev.gantry.base.Unsupported] for a container that logs nothing.
    LogStream open(ContainerId container, LogQuery query);
}
