package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.InputStream;

/// Loads the images of an archive.
public final class LoadCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("load", "", "Load images from an archive")
                .text('i', "input", "file", "Read this file instead of standard input")
                .text("platform", "os/arch", "Load only this platform")
                .toggle('q', "quiet", "Do not show progress")
                .takes(0, 0)
                .example("gantry load -i debian.tar")
                .example("gantry load < debian.tar");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        if (!args.isGiven("input")) {
            if (call.caller().isTerminal(Caller.Stream.IN)) {
                throw args.wrong("standard input is a terminal, not an archive");
            }
            return load(call, call.caller().in());
        }
        try (InputStream file = call.caller().open(args.text("input"))) {
            return load(call, file);
        }
    }

    private static int load(Invocation call, InputStream archive) {
        boolean progress = !call.args().on("quiet") && call.caller().isTerminal(Caller.Stream.OUT);
        Request request = Request.post("/images/load")
                .with("quiet", progress ? "0" : "1")
                .with("platform", call.args().text("platform"))
                .stream(archive, "application/x-tar");
        try (Response response = call.engine().http().ask(request)) {
            Pull.progress(call, Pull.Show.ON_OUT).follow(response.body());
            return 0;
        } catch (IOException e) {
            throw new Unavailable("load the archive", String.valueOf(e.getMessage()), "load it again", e);
        }
    }
}
