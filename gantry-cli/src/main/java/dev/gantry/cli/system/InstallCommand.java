package dev.gantry.cli.system;

import dev.gantry.cli.Command;
import dev.gantry.cli.Extras;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.util.Map;
import java.util.function.Supplier;

/// Puts Gantry into the system: units of systemd, the group, a docker context, completion of shells.
public final class InstallCommand implements Command {
    private final Extras.Installation installation;
    private final Supplier<Map<String, String>> completions;

    public InstallCommand(Extras.Installation installation, Supplier<Map<String, String>> completions) {
        this.installation = installation;
        this.completions = completions;
    }

    @Override
    public CommandLine line() {
        return new CommandLine("install", "", "Put Gantry into this system")
                .text("root", "directory", "Where the system is, such as a folder to pack")
                .text("group", "name", "Who may use the sockets (default docker)")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        String root = call.args().text("root");
        String group = call.args().text("group");
        installation
                .install(
                        call.caller().absolute(root.isEmpty() ? "/" : root),
                        group.isEmpty() ? "docker" : group,
                        completions.get())
                .forEach(call::print);
        return 0;
    }
}
