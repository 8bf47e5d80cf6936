package dev.gantry.cli.image;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Gives an image one more name.
public final class TagCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("tag", "IMAGE NAME[:TAG]", "Give an image one more name").takes(2, 2);
    }

    @Override
    public int run(Invocation call) {
        Name name = Name.of(call.args().argument(1));
        if (call.args().argument(1).contains("@")) {
            throw call.args().wrong("a new name cannot have a digest");
        }
        call.engine().tagImage(call.args().argument(0), name.repository(), name.reference());
        return 0;
    }
}
