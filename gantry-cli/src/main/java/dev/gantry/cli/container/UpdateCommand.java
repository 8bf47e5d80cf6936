package dev.gantry.cli.container;

import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.PortsUpdate;
import dev.gantry.api.container.UpdateRequest;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.List;

/// Changes containers that are there, running or not: their limits, how they are started again, the ports they publish.
public final class UpdateCommand implements Command {
    private static final List<String> LIMITS = List.of(
            "cpu-period",
            "cpu-quota",
            "cpu-shares",
            "cpus",
            "cpuset-cpus",
            "cpuset-mems",
            "memory",
            "memory-reservation",
            "memory-swap",
            "pids-limit",
            "restart");
    private static final List<String> PORTS = List.of("publish-add", "publish-rm");

    /// Of the docker client.
    private static final List<String> LATER =
            List.of("blkio-weight", "cpu-rt-period", "cpu-rt-runtime", "kernel-memory");

    @Override
    public CommandLine line() {
        return new CommandLine(
                        "update", "CONTAINER [CONTAINER...]", "Change the limits and published ports of containers")
                .text("cpu-period", "microseconds", "Length of a CPU quota's period")
                .text("cpu-quota", "microseconds", "CPU time in each period")
                .text('c', "cpu-shares", "weight", "Share of CPU time among busy containers")
                .text("cpus", "number", "How many CPUs' worth of time, such as 0.5")
                .text("cpuset-cpus", "list", "Run on these CPUs only, such as 0-3,7")
                .text("cpuset-mems", "list", "Use the memory of these nodes only")
                .text('m', "memory", "bytes", "Memory limit, such as 512m")
                .text("memory-reservation", "bytes", "Memory to fall back to under pressure")
                .text("memory-swap", "bytes", "Limit of memory and swap together, -1 for none")
                .text("pids-limit", "number", "Most processes and threads, -1 for any")
                .text("restart", "policy", "Start again: no, always, unless-stopped, on-failure[:times]")
                .list("publish-add", "PORT", "Publish a port, as run --publish does")
                .list("publish-rm", "PORT", "Take a published port back: [ADDRESS:][HOST PORT:]PORT[/PROTOCOL]")
                .notYet(LATER)
                .takes(1, Integer.MAX_VALUE)
                .example("gantry update --memory 1g --memory-swap 2g --cpus 1.5 web")
                .example("gantry update --publish-add 8443:443 web")
                .example("gantry update --publish-rm 80 web");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        boolean limited = LIMITS.stream().anyMatch(args::isGiven);
        boolean published = PORTS.stream().anyMatch(args::isGiven);
        if (!limited && !published) {
            throw args.wrong("you must provide one or more flags");
        }
        UpdateRequest limits = limits(args);
        var ports = new PortsUpdate(Publish.bindings(args, "publish-add"), Publish.bindings(args, "publish-rm"));
        return Each.of(call, args.arguments(), name -> {
            if (limited) {
                call.engine().updateContainer(name, limits);
            }
            if (published) {
                call.engine().updatePorts(name, ports);
            }
            return name;
        });
    }

    private static UpdateRequest limits(Parsed args) {
        HostConfig limits = RunFlags.liveLimits(args, HostConfig.builder()).build();
        return UpdateRequest.of(limits, args.isGiven("restart") ? RunFlags.restart(args) : null);
    }
}
