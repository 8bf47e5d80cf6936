package dev.gantry.cli.container;

import dev.gantry.api.container.FilesystemChange;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Lists what a container has done to its image: C changed, A added, D deleted.
public final class DiffCommand implements Command {
    private static final String LETTERS = "CAD";

    @Override
    public CommandLine line() {
        return new CommandLine("diff", "CONTAINER", "List what a container changed, added and deleted").takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        for (FilesystemChange change : call.engine().changes(call.args().argument(0))) {
            call.print(LETTERS.charAt(Math.clamp(change.kind(), 0, 2)) + " " + change.path());
        }
        return 0;
    }
}
