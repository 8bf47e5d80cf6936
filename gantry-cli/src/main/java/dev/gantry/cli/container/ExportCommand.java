package dev.gantry.cli.container;

import dev.gantry.api.client.Response;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.OutputClosed;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.OutputStream;

/// Writes the root of a container as a tar, which `import` reads.
public final class ExportCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("export", "CONTAINER", "Write the root file system of a container as a tar")
                .text('o', "output", "file", "Write this file instead of standard output")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        if (!args.isGiven("output") && call.caller().isTerminal(Caller.Stream.OUT)) {
            throw args.wrong("standard output is a terminal: name a file with -o, or redirect");
        }
        try (Response response = call.engine().export(args.argument(0))) {
            if (!args.isGiven("output")) {
                copy(response, call.caller().out());
                return 0;
            }
            call.caller().replace(args.text("output")).take(response.body());
            return 0;
        }
    }

    private static void copy(Response response, OutputStream out) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        int n;
        while ((n = response.body().read(buffer)) >= 0) {
            try {
                out.write(buffer, 0, n);
            } catch (IOException e) {
                throw new OutputClosed(e);
            }
        }
    }
}
