package dev.gantry.cli.container;

import dev.gantry.api.client.Multiplexed;
import dev.gantry.api.client.Response;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Times;
import java.io.IOException;

/// Prints what a container wrote.
public final class LogsCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("logs", "CONTAINER", "Print what a container wrote")
                .toggle("details", "Print the extra attributes of each line")
                .toggle('f', "follow", "Go on with what it writes")
                .text("since", "time", "Only what is younger: a time, or a duration such as 10m")
                .text('n', "tail", "lines", "Only so many lines from the end (all)")
                .toggle('t', "timestamps", "Print the time before each line")
                .text("until", "time", "Only what is older")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        boolean tty = call.engine().inspectContainer(args.argument(0)).config().tty();
        try (Response response = call.engine()
                .logs(call.engine()
                        .logsRequest(args.argument(0))
                        .with("stdout", true)
                        .with("stderr", true)
                        .with("follow", args.on("follow"))
                        .with("tail", args.text("tail"))
                        .with("since", Times.forEngine(args, "since", call.caller()))
                        .with("until", Times.forEngine(args, "until", call.caller()))
                        .with("timestamps", args.on("timestamps"))
                        .with("details", args.on("details")))) {
            if (tty) {
                Multiplexed.copyRaw(response.body(), call.caller().out());
            } else {
                Multiplexed.copy(
                        response.body(), call.caller().out(), call.caller().err());
            }
        }
        return 0;
    }
}
