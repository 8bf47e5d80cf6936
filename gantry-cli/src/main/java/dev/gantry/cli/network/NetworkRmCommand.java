package dev.gantry.cli.network;

import dev.gantry.api.client.EngineError;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Removes networks.
public final class NetworkRmCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("network rm", "NETWORK [NETWORK...]", "Remove networks that no container runs in")
                .toggle('f', "force", "One that is not there is no failure")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        boolean force = call.args().on("force");
        int code = 0;
        for (String name : call.args().arguments()) {
            try {
                call.engine().removeNetwork(name);
                call.print(name);
            } catch (EngineError e) {
                if (!force || e.status() != 404) {
                    call.note("gantry: " + e.getMessage());
                    code = 1;
                }
            }
        }
        return code;
    }
}
