package dev.gantry.cli.volume;

import dev.gantry.api.volume.VolumesPruned;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Words;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Removes volumes that no container uses.
public final class VolumePruneCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("volume prune", "", "Remove volumes that no container uses")
                .toggle('a', "all", "Those with a name too, not just anonymous ones")
                .list("filter", "key=value", "Only volumes with this property: label=…, label!=…")
                .toggle('f', "force", "Do not ask")
                .takes(0, 0)
                .example("gantry volume prune --all --filter label!=keep");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        boolean all = args.on("all");
        if (!args.on("force") && !confirmed(call, all)) {
            return 0;
        }
        VolumesPruned gone = call.engine().pruneVolumes(Filters.json(args, all ? Map.of("all", "true") : Map.of()));
        List<String> names = gone.volumesDeleted();
        if (names != null && !names.isEmpty()) {
            call.print("Deleted Volumes:");
            names.forEach(call::print);
            call.print("");
        }
        call.print("Total reclaimed space: " + Words.size(gone.spaceReclaimed()));
        return 0;
    }

    private static boolean confirmed(Invocation call, boolean all) throws IOException {
        call.printRaw("WARNING! This will remove " + (all ? "all" : "anonymous local")
                + " volumes not used by at least one container.\nAre you sure you want to continue? [y/N] ");
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
