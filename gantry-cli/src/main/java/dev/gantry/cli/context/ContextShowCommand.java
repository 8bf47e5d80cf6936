package dev.gantry.cli.context;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Says which context counts.
public final class ContextShowCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("context show", "", "Print the name of the context that counts").takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        call.print(call.choice().chosenContext(call.caller()).orElse(Contexts.DEFAULT));
        return 0;
    }
}
