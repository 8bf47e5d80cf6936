package dev.gantry.cli.volume;

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

/// Writes the files of a volume as a tar.
public final class VolumeBackupCommand implements Command {
    @Override
    public CommandLine line() {
        return Meter.addTo(
                        Pause.addTo(new CommandLine("volume backup", "VOLUME", "Write the files of a volume as a tar")
                                .text('o', "output", "file", "Write this file instead of standard output")
                                .takes(1, 1)))
                .example("gantry volume backup -o data.tar data")
                .example("gantry volume backup data | zstd > data.tar.zst");
    }

    static Request request(String volume, String millis) {
        return Request.get("/volumes/" + Request.segment(volume) + "/backup").with("maxPause", millis);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        if (!args.isGiven("output") && call.caller().isTerminal(Caller.Stream.OUT)) {
            throw args.wrong("standard output is a terminal: name a file with -o, or redirect");
        }
        try (Response response = call.engine().http().ask(request(args.argument(0), Pause.millis(args)));
                Meter files = Meter.over(response, call, "written")) {
            Pause.tell(call, response);
            if (args.isGiven("output")) {
                call.caller().replace(args.text("output")).take(files);
            } else {
                copy(files, call.caller().out());
            }
        }
        return 0;
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
