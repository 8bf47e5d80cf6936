package dev.gantry.cli.volume;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.InputStream;

/// Gives a volume the files of a snapshot or of a backup, in one step.
public final class VolumeRestoreCommand implements Command {
    @Override
    public CommandLine line() {
        return Meter.addTo(Pause.addTo(new CommandLine(
                                "volume restore", "VOLUME", "Give a volume the files of a snapshot or of a backup")
                        .text("from", "volume", "Take the files of this volume, such as a snapshot")
                        .text('i', "input", "file", "Read the backup from this file instead of standard input")
                        .takes(1, 1)))
                .example("gantry volume restore data --from before-upgrade")
                .example("gantry volume restore data < data.tar");
    }

    static Request request(String volume) {
        return Request.post("/volumes/" + Request.segment(volume) + "/restore");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        Request request = request(args.argument(0)).with("maxPause", Pause.millis(args));
        if (args.isGiven("from")) {
            if (args.isGiven("input")) {
                throw args.wrong("--from and --input exclude each other");
            }
            Pause.tell(call, call.engine().copyVolume(request.with("from", args.text("from"))));
        } else if (args.isGiven("input")) {
            try (InputStream file = call.caller().open(args.text("input"))) {
                send(call, request, file);
            }
        } else {
            if (call.caller().isTerminal(Caller.Stream.IN)) {
                throw args.wrong("standard input is a terminal, not a backup: name a snapshot with --from");
            }
            send(call, request, call.caller().in());
        }
        call.print(args.argument(0));
        return 0;
    }

    private static void send(Invocation call, Request request, InputStream tar) throws IOException {
        try (Meter files = Meter.over(tar, call, "sent")) {
            call.engine().copyVolume(request.stream(files, "application/x-tar"));
        }
    }
}
