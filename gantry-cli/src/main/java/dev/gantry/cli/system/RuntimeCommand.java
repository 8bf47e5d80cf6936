package dev.gantry.cli.system;

import dev.gantry.cli.Command;
import dev.gantry.cli.Extras;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Explains a launch: compiles an OCI configuration and prints its plan, without running anything.
public final class RuntimeCommand implements Command {
    private final Extras.Planner planner;

    public RuntimeCommand(Extras.Planner planner) {
        this.planner = planner;
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
        String file = call.caller().absolute(call.args().argument(1));
        try (InputStream config = call.caller().open(file)) {
            String text = new String(config.readAllBytes(), StandardCharsets.UTF_8);
            String plan = planner.plan(text, file.substring(0, Math.max(1, file.lastIndexOf('/'))));
            call.printRaw(plan.endsWith("\n") ? plan : plan + "\n");
        }
        return 0;
    }
}
