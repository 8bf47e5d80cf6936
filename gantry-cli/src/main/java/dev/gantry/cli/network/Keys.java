package dev.gantry.cli.network;

import dev.gantry.cli.flag.Parsed;
import java.util.LinkedHashMap;
import java.util.Map;

/// Repeated flags of the form `key=value`.
final class Keys {
    private Keys() {}

    static Map<String, String> pairs(Parsed args, String flag) {
        Map<String, String> pairs = labels(args, flag);
        for (String text : args.list(flag)) {
            if (text.indexOf('=') <= 0) {
                throw args.wrong("--" + flag + " is key=value, not '" + text + "'");
            }
        }
        return pairs;
    }

    /// A key alone has an empty value.
    static Map<String, String> labels(Parsed args, String flag) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : args.list(flag)) {
            int equals = text.indexOf('=');
            pairs.put(equals < 0 ? text : text.substring(0, equals), equals < 0 ? "" : text.substring(equals + 1));
        }
        return pairs;
    }
}
