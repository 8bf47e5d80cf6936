package dev.gantry.cli.plugin;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Starts a plugin and waits until it listens.
public final class PluginEnableCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin enable", "PLUGIN", "Start a plugin")
                .text("timeout", "seconds", "How long it may take until it listens (default 30)")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        String seconds = call.args().text("timeout");
        if (!seconds.matches("[0-9]{0,6}")) {
            throw call.args().wrong("--timeout takes seconds, not '" + seconds + "'");
        }
        String name = call.args().argument(0);
        call.engine().enablePlugin(name, seconds.isEmpty() ? "30" : seconds);
        call.print(name);
        return 0;
    }
}
