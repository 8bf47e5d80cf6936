package dev.gantry.cli.container;

import dev.gantry.api.container.CheckpointCreate;
import dev.gantry.api.container.CheckpointSummary;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;

/// Saves what runs in a container, lists what was saved, and removes it.
public final class CheckpointCommand implements Command {
    private enum Verb {
        CREATE,
        LS,
        RM
    }

    private final Verb verb;

    private CheckpointCommand(Verb verb) {
        this.verb = verb;
    }

    public static CheckpointCommand create() {
        return new CheckpointCommand(Verb.CREATE);
    }

    public static CheckpointCommand ls() {
        return new CheckpointCommand(Verb.LS);
    }

    public static CheckpointCommand rm() {
        return new CheckpointCommand(Verb.RM);
    }

    @Override
    public CommandLine line() {
        CommandLine line = switch (verb) {
            case CREATE ->
                new CommandLine(
                                "checkpoint create",
                                "CONTAINER CHECKPOINT",
                                "Save what runs in a container, to go on later")
                        .toggle("leave-running", "Let the container run on when it is saved")
                        .takes(2, 2)
                        .example("gantry checkpoint create web monday; gantry start --checkpoint monday web");
            case LS -> new CommandLine("checkpoint ls", "CONTAINER", "List the checkpoints of a container").takes(1, 1);
            case RM -> new CommandLine("checkpoint rm", "CONTAINER CHECKPOINT", "Remove a checkpoint").takes(2, 2);
        };
        return line.text("checkpoint-dir", "path", "Where the checkpoint is instead of with the container");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String container = args.argument(0);
        String directory = args.text("checkpoint-dir");
        switch (verb) {
            case CREATE -> {
                String name = args.argument(1);
                call.engine()
                        .createCheckpoint(container, new CheckpointCreate(name, directory, !args.on("leave-running")));
                call.print(name);
            }
            case LS -> {
                call.print("CHECKPOINT NAME");
                for (CheckpointSummary one : call.engine().checkpoints(container, directory)) {
                    call.print(one.name());
                }
            }
            case RM -> call.engine().removeCheckpoint(container, args.argument(1), directory);
        }
        return 0;
    }
}
