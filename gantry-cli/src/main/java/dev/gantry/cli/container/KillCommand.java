package dev.gantry.cli.container;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Sends a signal to containers.
public final class KillCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("kill", "CONTAINER [CONTAINER...]", "Kill running containers, or send them a signal")
                .text('s', "signal", "signal", "Signal to send (KILL)")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        return Each.of(call, call.args().arguments(), name -> {
            call.engine().killContainer(name, call.args().text("signal"));
            return name;
        });
    }
}
