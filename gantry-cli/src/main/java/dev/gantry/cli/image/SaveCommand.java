package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.OutputClosed;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Writes images into an archive that `load` reads again.
public final class SaveCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("save", "IMAGE [IMAGE...]", "Write images into an archive")
                .text('o', "output", "file", "Write this file instead of standard output")
                .text("platform", "os/arch", "Save only this platform")
                .takes(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        if (!args.isGiven("output") && call.caller().isTerminal(Caller.Stream.OUT)) {
            throw args.wrong("standard output is a terminal: name a file with -o, or redirect");
        }
        Request request = Request.get("/images/get").with("platform", args.text("platform"));
        for (String image : args.arguments()) {
            request = request.with("names", image);
        }
        try (Response response = call.engine().http().ask(request)) {
            if (!args.isGiven("output")) {
                copy(response.body(), call.caller().out());
                return 0;
            }
            call.caller().replace(args.text("output")).take(response.body());
            return 0;
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        int n;
        while ((n = in.read(buffer)) >= 0) {
            try {
                out.write(buffer, 0, n);
            } catch (IOException e) {
                throw new OutputClosed(e);
            }
        }
    }
}
