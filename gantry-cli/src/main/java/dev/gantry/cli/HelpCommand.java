package dev.gantry.cli;

import dev.gantry.cli.flag.CommandLine;

/// Prints the list of commands.
final class HelpCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("help", "[COMMAND]", "Print help about a command");
    }

    @Override
    public int run(Invocation call) {
        call.printRaw(Commands.help());
        return 0;
    }
}
