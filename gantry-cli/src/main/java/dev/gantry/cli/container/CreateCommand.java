package dev.gantry.cli.container;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Makes a container without starting it, and prints its id.
public final class CreateCommand implements Command {
    @Override
    public CommandLine line() {
        return RunFlags.addTo(
                new CommandLine("create", "IMAGE [COMMAND] [ARG...]", "Make a container, to be started later"));
    }

    @Override
    public int failure() {
        return ExitCodes.OURS;
    }

    @Override
    public int run(Invocation call) {
        // Whoever starts it may attach: its streams are asked for as `run` would.
        call.print(Creation.create(call, RunFlags.request(call.args(), call.caller(), true)));
        return 0;
    }
}
