package dev.gantry.cli.image;

import dev.gantry.api.client.EngineError;
import dev.gantry.api.image.DeletedItem;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.List;

/// Removes images: a name first, and the image when it was the last.
public final class RmiCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("rmi", "IMAGE [IMAGE...]", "Remove images")
                .toggle('f', "force", "Remove it with all its names; one that is not there is no failure")
                .toggle("no-prune", "Keep parents without a name")
                .text("platform", "os/arch", "Only if it is here for this platform and for no other")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        int code = 0;
        for (String name : args.arguments()) {
            try {
                for (DeletedItem item : remove(call, name)) {
                    call.print(item.untagged() != null ? "Untagged: " + item.untagged() : "Deleted: " + item.deleted());
                }
            } catch (EngineError e) {
                call.note("gantry: " + e.getMessage());
                code = args.on("force") && e.status() == 404 ? code : 1;
            }
        }
        return code;
    }

    private static List<DeletedItem> remove(Invocation call, String name) {
        Parsed args = call.args();
        return call.engine().removeImage(name, args.on("force"), args.on("no-prune"), args.text("platform"));
    }
}
