package dev.gantry.cli;

import dev.gantry.cli.flag.CommandLine;

/// One command: what it takes, and what it does.
public interface Command {
    CommandLine line();

    /// Runs and returns the exit code. Errors that were not turned into one are printed by [Gantry], which then exits
    /// with
    /// [#failure].
    int run(Invocation call) throws java.io.IOException;

    /// The exit code of an error: 125 where the code of a container would otherwise be returned.
    default int failure() {
        return 1;
    }
}
