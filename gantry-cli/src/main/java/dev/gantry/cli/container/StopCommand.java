package dev.gantry.cli.container;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;

/// Stops containers, or stops and starts them again: with their signal, and with SIGKILL after their timeout.
public final class StopCommand implements Command {
    private final boolean again;

    private StopCommand(boolean again) {
        this.again = again;
    }

    public static StopCommand stop() {
        return new StopCommand(false);
    }

    public static StopCommand restart() {
        return new StopCommand(true);
    }

    @Override
    public CommandLine line() {
        return new CommandLine(
                        again ? "restart" : "stop",
                        "CONTAINER [CONTAINER...]",
                        again ? "Stop containers and start them again" : "Stop running containers")
                .text('s', "signal", "signal", "Signal to stop with")
                .text('t', "timeout", "seconds", "How long to wait before it is killed, -1 for ever")
                .alsoCalled("timeout", "time")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String seconds = args.number("timeout").map(String::valueOf).orElse("");
        String signal = args.text("signal");
        return Each.of(call, args.arguments(), name -> {
            if (again) {
                call.engine().restartContainer(name, signal, seconds);
            } else {
                call.engine().stopContainer(name, signal, seconds);
            }
            return name;
        });
    }
}
