package dev.gantry.cli.system;

import dev.gantry.cli.Command;
import dev.gantry.cli.Extras;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Brings images, volumes, networks and stopped containers of a dockerd to the engine.
public final class MigrateDockerCommand implements Command {
    private static final String USUAL = "/var/lib/docker";

    private final Extras.Migration migration;

    public MigrateDockerCommand(Extras.Migration migration) {
        this.migration = migration;
    }

    @Override
    public CommandLine line() {
        return new CommandLine("migrate docker", "", "Bring what a dockerd has to this engine")
                .text("from", "directory", "The data root of the dockerd, which must not run (default " + USUAL + ")")
                .toggle("dry-run", "Only say what would be moved")
                .takes(0, 0)
                .example("gantry migrate docker --dry-run")
                .example("gantry migrate docker --from /srv/docker");
    }

    @Override
    public int run(Invocation call) {
        String from = call.args().text("from");
        int failed = migration.docker(
                call.caller().absolute(from.isEmpty() ? USUAL : from),
                call.engine(),
                call.args().on("dry-run"),
                call::print);
        return failed == 0 ? 0 : 1;
    }
}
