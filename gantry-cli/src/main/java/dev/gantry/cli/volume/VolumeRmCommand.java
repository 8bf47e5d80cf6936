package dev.gantry.cli.volume;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.container.Each;
import dev.gantry.cli.flag.CommandLine;

/// Removes volumes.
public final class VolumeRmCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("volume rm", "VOLUME [VOLUME...]", "Remove volumes that no container uses")
                .toggle('f', "force", "One that is not there is no failure; forget one whose plugin fails")
                .takes(1, Integer.MAX_VALUE)
                .example("gantry volume rm data");
    }

    @Override
    public int run(Invocation call) {
        return Each.of(call, call.args().arguments(), name -> {
            call.engine().removeVolume(name, call.args().on("force"));
            return name;
        });
    }
}
