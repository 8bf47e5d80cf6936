package dev.gantry.cli.volume;

import dev.gantry.api.client.Request;
import dev.gantry.api.volume.VolumeCopied;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Makes a volume with what another has at this moment: a clone, or a snapshot, which is marked as one.
public final class VolumeCopyCommand implements Command {
    private static final DateTimeFormatter NOW =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final boolean snapshot;

    private VolumeCopyCommand(boolean snapshot) {
        this.snapshot = snapshot;
    }

    public static VolumeCopyCommand copy() {
        return new VolumeCopyCommand(false);
    }

    public static VolumeCopyCommand snapshot() {
        return new VolumeCopyCommand(true);
    }

    @Override
    public CommandLine line() {
        CommandLine line = snapshot
                ? new CommandLine("volume snapshot", "VOLUME [SNAPSHOT]", "Keep a volume as it is at this moment")
                        .takes(1, 2)
                        .example("gantry volume snapshot data before-upgrade")
                : new CommandLine("volume clone", "VOLUME NEW", "Make a volume with the files of another")
                        .takes(2, 2)
                        .example("gantry volume clone before-upgrade data2");
        return Pause.addTo(line);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String from = args.argument(0);
        String to = args.arguments().size() == 2
                ? args.argument(1)
                : from + "-" + NOW.format(call.caller().now());
        Request request = Request.post("/volumes/" + Request.segment(from) + (snapshot ? "/snapshot" : "/clone"))
                .with("to", to)
                .with("maxPause", Pause.millis(args));
        VolumeCopied copied = call.engine().copyVolume(request);
        Pause.tell(call, copied);
        call.print(copied.volume().name());
        return 0;
    }
}
