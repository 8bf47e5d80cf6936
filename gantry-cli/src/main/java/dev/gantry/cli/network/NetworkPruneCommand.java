package dev.gantry.cli.network;

import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.io.IOException;
import java.util.List;

/// Removes networks that no container uses.
public final class NetworkPruneCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("network prune", "", "Remove networks that no container uses")
                .list("filter", "key=value", "Only networks with this property: until=…, label=…, label!=…")
                .toggle('f', "force", "Do not ask")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) throws IOException {
        if (!call.args().on("force") && !confirmed(call)) {
            return 0;
        }
        List<String> gone =
                call.engine().pruneNetworks(Filters.json(call.args())).networksDeleted();
        if (gone != null && !gone.isEmpty()) {
            call.print("Deleted Networks:");
            gone.forEach(call::print);
            call.print("");
        }
        return 0;
    }

    private static boolean confirmed(Invocation call) throws IOException {
        call.printRaw("WARNING! This will remove all custom networks not used by at least one container.\n"
                + "Are you sure you want to continue? [y/N] ");
        StringBuilder answer = new StringBuilder();
        int c;
        while ((c = call.caller().in().read()) > 0 && c != '\n') {
            answer.append((char) c);
        }
        if (!call.caller().isTerminal(Caller.Stream.IN)) {
            call.print("");
        }
        return answer.toString().strip().equalsIgnoreCase("y");
    }
}
