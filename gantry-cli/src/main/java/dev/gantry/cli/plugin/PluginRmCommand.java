package dev.gantry.cli.plugin;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.container.Each;
import dev.gantry.cli.flag.CommandLine;

/// Removes plugins.
public final class PluginRmCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin rm", "PLUGIN [PLUGIN...]", "Remove plugins")
                .toggle('f', "force", "Also one that is enabled")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        return Each.of(call, call.args().arguments(), name -> {
            call.engine().removePlugin(name, call.args().on("force"));
            return name;
        });
    }
}
