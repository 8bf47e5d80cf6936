package dev.gantry.cli.container;

import dev.gantry.api.client.EngineError;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;

/// Removes containers.
public final class RmCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("rm", "CONTAINER [CONTAINER...]", "Remove containers")
                .toggle('f', "force", "Kill it first when it runs; one that is not there is no failure")
                .toggle('l', "link", "Remove only the link")
                .toggle('v', "volumes", "Remove its nameless volumes too")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        int code = 0;
        for (String name : args.arguments()) {
            try {
                call.engine().removeContainer(name, args.on("force"), args.on("volumes"), args.on("link"));
                call.print(name);
            } catch (EngineError e) {
                call.note("gantry: " + e.getMessage());
                code = args.on("force") && e.status() == 404 ? code : 1;
            }
        }
        return code;
    }
}
