package dev.gantry.cli.container;

import dev.gantry.api.container.PortsUpdate;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.List;

/// Changes containers that are there, running or not: the ports they publish, so far.
public final class UpdateCommand implements Command {
    /// Of the docker client.
    private static final List<String> LATER = List.of(
            "blkio-weight",
            "cpu-period",
            "cpu-quota",
            "cpu-rt-period",
            "cpu-rt-runtime",
            "cpu-shares",
            "cpus",
            "cpuset-cpus",
            "cpuset-mems",
            "memory",
            "memory-reservation",
            "memory-swap",
            "pids-limit",
            "restart");

    @Override
    public CommandLine line() {
        return new CommandLine("update", "CONTAINER [CONTAINER...]", "Change the published ports of containers")
                .list("publish-add", "PORT", "Publish a port, as run --publish does")
                .list("publish-rm", "PORT", "Take a published port back: [ADDRESS:][HOST PORT:]PORT[/PROTOCOL]")
                .notYet(LATER)
                .takes(1, Integer.MAX_VALUE)
                .example("gantry update --publish-add 8443:443 web")
                .example("gantry update --publish-rm 80 web");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        if (args.list("publish-add").isEmpty() && args.list("publish-rm").isEmpty()) {
            throw args.wrong("you must provide one or more flags: --publish-add or --publish-rm");
        }
        var wanted = new PortsUpdate(Publish.bindings(args, "publish-add"), Publish.bindings(args, "publish-rm"));
        return Each.of(call, args.arguments(), name -> {
            call.engine().updatePorts(name, wanted);
            return name;
        });
    }
}
