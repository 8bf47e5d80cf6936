package dev.gantry.cli.volume;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.system.Inspection;

/// Prints all there is to know about volumes.
public final class VolumeInspectCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("volume inspect", "VOLUME [VOLUME...]", "Print all there is to know about volumes")
                .text('f', "format", "template", "Print with a Go template, or 'json'")
                .takes(1, Integer.MAX_VALUE)
                .example("gantry volume inspect -f '{{.Mountpoint}}' data");
    }

    @Override
    public int run(Invocation call) {
        return Inspection.print(call, "volume", name -> Inspection.first(call, request(name)));
    }

    private static java.util.List<Request> request(String name) {
        return java.util.List.of(Request.get("/volumes/" + Request.segment(name)));
    }
}
