package dev.gantry.cli.system;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

/// Explains a launch: compiles an OCI configuration and prints its plan, without running anything.
public final class RuntimeCommand implements Command {
    private final Function<InputStream, String> plan;

    public RuntimeCommand(Function<InputStream, String> plan) {
        this.plan = plan;
    }

    @Override
    public CommandLine line() {
        return new CommandLine("runtime", "plan CONFIG_JSON", "Print the launch plan of an OCI configuration")
                .takes(2, 2)
                .example("gantry runtime plan config.json");
    }

    @Override
    public int run(Invocation call) throws IOException {
        if (!call.args().argument(0).equals("plan")) {
            throw call.args()
                    .wrong("there is no 'runtime " + call.args().argument(0)
                            + "' in this version, only 'runtime plan'");
        }
        try (InputStream config = call.caller().open(call.args().argument(1))) {
            call.printRaw(plan.apply(config));
        }
        return 0;
    }
}
