package dev.gantry.cli.plugin;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Ends a plugin; it stays installed.
public final class PluginDisableCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin disable", "PLUGIN", "End a plugin, which stays installed")
                .toggle('f', "force", "Also one that is in use")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        String name = call.args().argument(0);
        call.engine().disablePlugin(name, call.args().on("force"));
        call.print(name);
        return 0;
    }
}
