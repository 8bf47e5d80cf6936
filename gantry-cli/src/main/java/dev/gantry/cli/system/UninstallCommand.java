package dev.gantry.cli.system;

import dev.gantry.cli.Command;
import dev.gantry.cli.Extras;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Takes out of the system exactly what `install` put there. Images, volumes and containers stay.
public final class UninstallCommand implements Command {
    private final Extras.Installation installation;

    public UninstallCommand(Extras.Installation installation) {
        this.installation = installation;
    }

    @Override
    public CommandLine line() {
        return new CommandLine("uninstall", "", "Take Gantry out of this system; data stays")
                .text("root", "directory", "Where the system is")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        String root = call.args().text("root");
        installation
                .uninstall(call.caller().absolute(root.isEmpty() ? "/" : root))
                .forEach(call::print);
        return 0;
    }
}
