package dev.gantry.cli.volume;

import dev.gantry.api.client.Response;
import dev.gantry.api.volume.VolumeCopied;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The flag `--max-pause`, and what is told of the pause there was.
final class Pause {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)(ms|s|m)?");

    private Pause() {}

    static CommandLine addTo(CommandLine line) {
        return line.text("max-pause", "time", "Longest that running containers may be frozen, such as 500ms (5s)");
    }

    /// In milliseconds, as the parameter wants it; empty without the flag.
    static String millis(Parsed args) {
        if (!args.isGiven("max-pause")) {
            return "";
        }
        Matcher m = TIME.matcher(args.text("max-pause"));
        if (!m.matches()) {
            throw args.wrong("--max-pause is a time such as 500ms or 5s, not '" + args.text("max-pause") + "'");
        }
        double unit = "ms".equals(m.group(2)) ? 1 : "m".equals(m.group(2)) ? 60_000 : 1000;
        return Long.toString((long) (Double.parseDouble(m.group(1)) * unit));
    }

    static void tell(Invocation call, VolumeCopied copied) {
        tell(call, copied.pausedContainers(), copied.pauseMillis());
    }

    /// Of an answer that is the files themselves.
    static void tell(Invocation call, Response files) {
        String containers = files.header("gantry-paused-containers");
        String millis = files.header("gantry-pause-millis");
        if (!containers.isEmpty() && !millis.isEmpty()) {
            tell(call, Integer.parseInt(containers), Double.parseDouble(millis));
        }
    }

    private static void tell(Invocation call, int containers, double millis) {
        if (containers > 0) {
            call.note(String.format(
                    Locale.ROOT,
                    "gantry: %d container%s paused for %.1f ms",
                    containers,
                    containers == 1 ? "" : "s",
                    millis));
        }
    }
}
