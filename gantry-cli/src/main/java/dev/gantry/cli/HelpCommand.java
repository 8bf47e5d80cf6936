package dev.gantry.cli;

import dev.gantry.cli.flag.CommandLine;

/// Prints the list of commands.
final class HelpCommand implements Command {
    private final Commands commands;

    HelpCommand(Commands commands) {
        this.commands = commands;
    }

    @Override
    public CommandLine line() {
        return new CommandLine("help", "[COMMAND]", "Print help about a command");
    }

    @Override
    public int run(Invocation call) {
        call.printRaw(commands.help());
        return 0;
    }
}
