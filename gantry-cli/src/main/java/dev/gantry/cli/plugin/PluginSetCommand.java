package dev.gantry.cli.plugin;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.util.List;

/// Sets what a disabled plugin lets its user set.
public final class PluginSetCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin set", "PLUGIN KEY=VALUE [KEY=VALUE...]", "Change settings of a disabled plugin")
                .takes(2, Integer.MAX_VALUE)
                .example("gantry plugin set sshfs DEBUG=1 sshkey.source=/root/.ssh");
    }

    @Override
    public int run(Invocation call) {
        List<String> all = call.args().arguments();
        call.engine().setPlugin(all.getFirst(), all.subList(1, all.size()));
        return 0;
    }
}
