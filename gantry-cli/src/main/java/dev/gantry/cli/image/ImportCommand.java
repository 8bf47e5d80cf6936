package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.InputStream;

/// Makes an image of the root file system in an archive.
public final class ImportCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("import", "FILE|URL|- [NAME[:TAG]]", "Make an image of an archived root file system")
                .list(
                        'c',
                        "change",
                        "instruction",
                        "Set the image's configuration: CMD, ENTRYPOINT, ENV, USER, WORKDIR, …")
                .text('m', "message", "text", "Comment in the image's history")
                .text("platform", "os/arch", "Platform of the image")
                .takes(1, 2)
                .example("gantry import -c 'CMD [\"/bin/sh\"]' rootfs.tar my-image");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        String source = args.argument(0);
        Name name = Name.of(args.arguments().size() > 1 ? args.argument(1) : "");
        Request request = Request.post("/images/create")
                .with("fromSrc", isAddress(source) ? source : "-")
                .with("repo", name.repository())
                .with("tag", name.reference())
                .with("message", args.text("message"))
                .with("platform", args.text("platform"));
        for (String change : args.list("change")) {
            request = request.with("changes", change);
        }
        if (isAddress(source)) {
            follow(call, request);
            return 0;
        }
        try (InputStream in = source.equals("-")
                ? InputStream.nullInputStream()
                : call.caller().open(source)) {
            InputStream archive = source.equals("-") ? call.caller().in() : in;
            follow(call, request.stream(archive, "application/x-tar"));
        }
        return 0;
    }

    private static void follow(Invocation call, Request request) throws IOException {
        try (Response response = call.engine().http().ask(request)) {
            Pull.progress(call, Pull.Show.ON_OUT).follow(response.body());
        }
    }

    /// Which the engine fetches itself.
    private static boolean isAddress(String source) {
        return source.startsWith("http://") || source.startsWith("https://");
    }
}
