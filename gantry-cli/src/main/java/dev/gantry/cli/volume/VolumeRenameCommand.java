package dev.gantry.cli.volume;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Gives a volume another name.
public final class VolumeRenameCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("volume rename", "VOLUME NEW", "Give a volume that no container uses another name")
                .takes(2, 2)
                .example("gantry volume rename data old-data");
    }

    @Override
    public int run(Invocation call) {
        String from = call.args().argument(0);
        Request request = Request.post("/volumes/" + Request.segment(from) + "/rename")
                .with("to", call.args().argument(1));
        call.print(call.engine().copyVolume(request).volume().name());
        return 0;
    }
}
