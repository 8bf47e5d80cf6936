package dev.gantry.cli.container;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Waits until containers have ended and prints their exit codes.
public final class WaitCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine(
                        "wait", "CONTAINER [CONTAINER...]", "Wait until containers end and print their exit codes")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        return Each.of(
                call,
                call.args().arguments(),
                name -> Long.toString(
                        call.engine().waitContainer(name, "not-running").await().statusCode()));
    }
}
