package dev.gantry.cli.network;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.system.Inspection;
import java.util.List;

/// Prints all there is to know about networks.
public final class NetworkInspectCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("network inspect", "NETWORK [NETWORK...]", "Print all there is to know about networks")
                .text('f', "format", "template", "Print with a Go template, or 'json'")
                .toggle('v', "verbose", "Tell of the services of a cluster, too")
                .takes(1, Integer.MAX_VALUE)
                .example("gantry network inspect -f '{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}' front");
    }

    @Override
    public int run(Invocation call) {
        boolean verbose = call.args().on("verbose");
        return Inspection.print(
                call,
                "network",
                name -> Inspection.first(
                        call,
                        List.of(Request.get("/networks/" + Request.segment(name))
                                .with("verbose", verbose))));
    }
}
