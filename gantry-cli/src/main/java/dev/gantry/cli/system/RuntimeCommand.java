package dev.gantry.cli.system;

import dev.gantry.cli.Command;
import dev.gantry.cli.Extras;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Explains launches without running anything: prints the plan of an OCI configuration, or a configuration to start
/// from.
public final class RuntimeCommand implements Command {
    private final Extras.OciRuntime runtime;

    public RuntimeCommand(Extras.OciRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public CommandLine line() {
        return new CommandLine(
                        "runtime",
                        "plan CONFIG_JSON | spec",
                        "Print the launch plan of an OCI configuration, or one to start from")
                .takes(1, 2)
                .example("gantry runtime spec > config.json")
                .example("gantry runtime plan config.json");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        String verb = args.argument(0);
        if (verb.equals("spec") && args.arguments().size() == 1) {
            call.print(Json.indent(runtime.spec(), "  "));
            return 0;
        }
        if (!verb.equals("plan") || args.arguments().size() != 2) {
            throw args.wrong("it is 'runtime plan CONFIG_JSON' or 'runtime spec'");
        }
        String file = call.caller().absolute(args.argument(1));
        try (InputStream config = call.caller().open(file)) {
            String text = new String(config.readAllBytes(), StandardCharsets.UTF_8);
            String plan = runtime.plan(text, file.substring(0, Math.max(1, file.lastIndexOf('/'))));
            call.printRaw(plan.endsWith("\n") ? plan : plan + "\n");
        }
        return 0;
    }
}
