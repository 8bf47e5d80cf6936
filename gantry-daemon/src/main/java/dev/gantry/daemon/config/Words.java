package dev.gantry.daemon.config;

import dev.gantry.base.InvalidArgument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The words of a command line: `--name value`, `--name=value`, `-n value`, `-nvalue`.
final class Words {
    private final List<String> args;
    private int at;
    private Optional<String> attached = Optional.empty();

    private Words(List<String> args) {
        this.args = args;
    }

    /// All values by their options; paths from the root on.
    static Map<Option, List<String>> read(List<String> args) {
        Words words = new Words(args);
        Map<Option, List<String>> all = new LinkedHashMap<>();
        while (words.at < words.args.size()) {
            Option option = words.next();
            String value = option.form() == Option.Form.FLAG ? words.flag(option) : words.value(option);
            List<String> values = all.computeIfAbsent(option, _ -> new ArrayList<>());
            if (!option.isRepeatable()) {
                values.clear();
            }
            boolean path = option.form() == Option.Form.PATH || option.form() == Option.Form.PATHS;
            values.add(
                    path && !value.isEmpty() ? Path.of(value).toAbsolutePath().toString() : value);
        }
        return all;
    }

    private Option next() {
        String word = args.get(at++);
        String name;
        if (word.startsWith("--") && word.length() > 2) {
            int equals = word.indexOf('=');
            name = equals < 0 ? word.substring(2) : word.substring(2, equals);
            attached = equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
        } else if (word.startsWith("-") && word.length() > 1) {
            name = word.substring(1, 2);
            attached =
                    word.length() == 2 ? Optional.empty() : Optional.of(word.substring(word.charAt(2) == '=' ? 3 : 2));
        } else {
            throw wrong("`" + word + "` is not a flag");
        }
        return Options.byFlag(name)
                .orElseThrow(() -> wrong("there is no flag " + (name.length() == 1 ? "-" : "--") + name));
    }

    private String value(Option option) {
        if (attached.isPresent()) {
            return attached.get();
        }
        if (at == args.size()) {
            throw wrong("the flag --" + option.flag() + " needs a value");
        }
        return args.get(at++);
    }

    private String flag(Option option) {
        String text = attached.orElse("true");
        return switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> "true";
            case "0", "f", "F", "false", "FALSE", "False" -> "false";
            default -> throw wrong("the flag --" + option.flag() + " is true or false, not " + text);
        };
    }

    private static InvalidArgument wrong(String why) {
        return new InvalidArgument("read the command line", why, "see gantry daemon --help");
    }
}
