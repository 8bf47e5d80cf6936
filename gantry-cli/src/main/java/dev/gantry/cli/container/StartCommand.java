package dev.gantry.cli.container;

import dev.gantry.api.container.ContainerInspect;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;

/// Starts containers that were made or have ended.
public final class StartCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("start", "CONTAINER [CONTAINER...]", "Start stopped containers")
                .toggle('a', "attach", "Join its output and pass signals on")
                .text("detach-keys", "keys", "Keys that leave it running (" + DetachKeys.DEFAULT + ")")
                .toggle('i', "interactive", "Join its input too")
                .text("checkpoint", "name", "Go on from this checkpoint")
                .text("checkpoint-dir", "path", "Where that is instead of with the container")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        String checkpoint = args.text("checkpoint");
        String directory = args.text("checkpoint-dir");
        if (!checkpoint.isEmpty() && args.arguments().size() > 1) {
            throw args.wrong("a checkpoint is of one container");
        }
        if (!args.on("attach") && !args.on("interactive")) {
            return Each.of(call, args.arguments(), name -> {
                call.engine().startContainer(name, checkpoint, directory);
                return name;
            });
        }
        if (args.arguments().size() > 1) {
            throw args.wrong("only one container can be attached to");
        }
        String name = args.argument(0);
        ContainerInspect container = call.engine().inspectContainer(name);
        boolean stdin = args.on("interactive") && container.config().openStdin();
        return AttachCommand.join(
                call,
                container.id(),
                container.config().tty(),
                stdin,
                true,
                () -> call.engine().startContainer(container.id(), checkpoint, directory));
    }
}
