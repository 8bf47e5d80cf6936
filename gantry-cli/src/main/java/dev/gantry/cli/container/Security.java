package dev.gantry.cli.container;

import dev.gantry.api.container.Ulimit;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Security options and limits.
final class Security {
    private Security() {}

    /// Options for the engine: the seccomp profile of a file is sent as its text, as the engine cannot read the
    /// caller's files.
    static List<String> options(List<String> given, Parsed args, Caller caller) {
        List<String> options = new ArrayList<>();
        for (String option : given) {
            int split = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
            String name = split < 0 ? option : option.substring(0, split);
            String value = split < 0 ? "" : option.substring(split + 1);
            if (split < 0 && !name.equals("no-new-privileges")) {
                throw args.wrong("--security-opt is name=value, not '" + option + "'");
            }
            if (name.equals("systempaths")) {
                if (!value.equals("unconfined")) {
                    throw args.wrong("--security-opt systempaths is unconfined, not '" + value + "'");
                }
            } else if (name.equals("seccomp") && !value.equals("unconfined") && !value.equals("builtin")) {
                options.add("seccomp=" + profile(value, caller));
            } else {
                options.add(split < 0 ? name : name + "=" + value);
            }
        }
        return options;
    }

    private static String profile(String file, Caller caller) {
        try (InputStream in = caller.open(file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Json.write(Json.read(text));
        } catch (IOException e) {
            throw new Unavailable("read seccomp profile " + file, String.valueOf(e.getMessage()), "check the file", e);
        } catch (InvalidArgument e) {
            throw new InvalidArgument("read seccomp profile " + file, "it is not JSON", "check the file", e);
        }
    }

    static List<Ulimit> ulimits(Parsed args) {
        List<Ulimit> limits = new ArrayList<>();
        for (String text : args.list("ulimit")) {
            int equals = text.indexOf('=');
            String[] values =
                    equals < 0 ? new String[0] : text.substring(equals + 1).split(":", -1);
            try {
                long soft = limit(values[0]);
                long hard = values.length > 1 ? limit(values[1]) : soft;
                if (values.length > 2 || (hard != -1 && (soft > hard || soft == -1))) {
                    throw new NumberFormatException();
                }
                limits.add(new Ulimit(text.substring(0, equals), soft, hard));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException _) {
                throw args.wrong("--ulimit is name=soft[:hard] with soft at most hard, not '" + text + "'");
            }
        }
        return limits;
    }

    private static long limit(String text) {
        return text.equals("unlimited") ? -1 : Long.parseLong(text);
    }
}
