package dev.gantry.cli.container;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;

/// Holds all processes of containers still, or lets them go on.
public final class PauseCommand implements Command {
    private final boolean still;

    private PauseCommand(boolean still) {
        this.still = still;
    }

    public static PauseCommand pause() {
        return new PauseCommand(true);
    }

    public static PauseCommand unpause() {
        return new PauseCommand(false);
    }

    @Override
    public CommandLine line() {
        return new CommandLine(
                        still ? "pause" : "unpause",
                        "CONTAINER [CONTAINER...]",
                        still ? "Hold all processes of containers still" : "Let paused containers go on")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) {
        return Each.of(call, call.args().arguments(), name -> {
            if (still) {
                call.engine().pauseContainer(name);
            } else {
                call.engine().unpauseContainer(name);
            }
            return name;
        });
    }
}
