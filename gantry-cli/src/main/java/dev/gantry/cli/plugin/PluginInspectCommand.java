package dev.gantry.cli.plugin;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.system.Inspection;
import java.util.List;

/// Prints all there is to know about plugins.
public final class PluginInspectCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin inspect", "PLUGIN [PLUGIN...]", "Print all there is to know about plugins")
                .text('f', "format", "template", "Print with a Go template, or 'json'")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        return Inspection.print(
                call,
                "plugin",
                name -> Inspection.first(call, List.of(Request.get("/plugins/" + Request.segment(name) + "/json"))));
    }
}
