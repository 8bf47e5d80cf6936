package dev.gantry.cli.container;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Gives a container another name.
public final class RenameCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("rename", "CONTAINER NEW_NAME", "Give a container another name").takes(2, 2);
    }

    @Override
    public int run(Invocation call) {
        call.engine().renameContainer(call.args().argument(0), call.args().argument(1));
        return 0;
    }
}
