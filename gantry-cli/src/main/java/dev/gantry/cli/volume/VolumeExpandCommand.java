package dev.gantry.cli.volume;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Units;

/// Makes a volume larger, where its driver can.
public final class VolumeExpandCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("volume expand", "VOLUME SIZE", "Make a volume larger, where its driver can")
                .takes(2, 2)
                .example("gantry volume expand data 20g");
    }

    @Override
    public int run(Invocation call) {
        String name = call.args().argument(0);
        call.engine().expandVolume(name, Units.bytes(call.args().argument(1)));
        call.print(name);
        return 0;
    }
}
