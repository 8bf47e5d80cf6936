package dev.gantry.cli.container;

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
}
