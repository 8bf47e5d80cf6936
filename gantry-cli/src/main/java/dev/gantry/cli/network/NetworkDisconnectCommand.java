package dev.gantry.cli.network;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Takes a container out of a network.
public final class NetworkDisconnectCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("network disconnect", "NETWORK CONTAINER", "Take a container out of a network")
                .toggle('f', "force", "Also one that is not there any more")
                .takes(2, 2);
    }

    @Override
    public int run(Invocation call) {
        call.engine()
                .disconnectNetwork(
                        call.args().argument(0),
                        call.args().argument(1),
                        call.args().on("force"));
        return 0;
    }
}
