package dev.gantry.daemon.config;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What flags and the file say together; nothing is said by both.
///
/// @param file that was read, if one was
/// @param fileWord what names the file to a later start: `-/path` where it is read if it is there by then
public record Settings(
        Map<Option, List<String>> flags, Map<Option, List<String>> inFile, Optional<Path> file, String fileWord) {
    private static final String IF_THERE = "-";

    public Settings {
        flags = copy(flags);
        inFile = copy(inFile);
    }

    /// Reads the file that a flag names, or `usual` if it is there. An empty name is no file, and one after a `-` is
    /// that of a file that need not be there.
    public static Settings read(List<String> args, Path usual) {
        Map<Option, List<String>> flags = Words.read(args);
        String word = one(flags, "config-file").map(Settings::fromTheRoot).orElse(IF_THERE + usual.toAbsolutePath());
        Optional<Path> file = word.startsWith(IF_THERE)
                ? Optional.of(Path.of(word.substring(IF_THERE.length()))).filter(Files::exists)
                : Optional.of(word).filter(w -> !w.isEmpty()).map(Path::of);
        return read(flags, file, word);
    }

    private static String fromTheRoot(String name) {
        if (name.isEmpty()) {
            return name;
        }
        return name.startsWith(IF_THERE + "/")
                ? name
                : Path.of(name).toAbsolutePath().toString();
    }

    private static Settings read(Map<Option, List<String>> flags, Optional<Path> file, String word) {
        Settings all = new Settings(flags, file.map(ConfigFile::read).orElse(Map.of()), file, word);
        all.refuseConflicts();
        all.refuseWhatIsNotDone();
        return all;
    }

    /// The same with what the file says now of options that may change; of others it says what it said. A file that a
    /// start would refuse is refused.
    public Settings reloaded() {
        Map<Option, List<String>> now = new LinkedHashMap<>(inFile);
        now.keySet().removeIf(Settings::isReloaded);
        read(flags, file, fileWord).inFile().forEach((option, values) -> {
            if (isReloaded(option)) {
                now.put(option, values);
            }
        });
        return new Settings(flags, now, file, fileWord);
    }

    private static boolean isReloaded(Option option) {
        return option.rule() instanceof Option.Rule.Reloaded;
    }

    public Optional<String> text(String flag) {
        Optional<String> said = one(flags, flag);
        return said.isPresent() ? said : one(inFile, flag);
    }

    public Optional<Path> path(String flag) {
        return text(flag).map(Path::of).map(Path::toAbsolutePath);
    }

    public boolean flag(String flag, boolean otherwise) {
        return text(flag).map(Boolean::parseBoolean).orElse(otherwise);
    }

    public long number(String flag, long otherwise) {
        return text(flag).map(t -> number(flag, t)).orElse(otherwise);
    }

    public List<String> list(String flag) {
        Option option = option(flag);
        return flags.getOrDefault(option, inFile.getOrDefault(option, List.of()));
    }

    /// Of `name=value`; the last of a name counts.
    public Map<String, String> map(String flag) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String pair : list(flag)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new InvalidArgument(
                        "read --" + flag + " " + pair, "it is no name with a value", "write name=value");
            }
            all.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return all;
    }

    public boolean has(String flag) {
        return !list(flag).isEmpty();
    }

    public boolean isInFile(String flag) {
        return inFile.containsKey(option(flag));
    }

    /// What was said by flags, as flags, without some.
    public List<String> wordsBut(List<String> others) {
        List<String> words = new ArrayList<>();
        flags.forEach((option, values) -> {
            if (others.contains(option.flag())) {
                return;
            }
            for (String value : values) {
                if (option.form() == Option.Form.FLAG) {
                    words.add("--" + option.flag() + (value.equals("true") ? "" : "=" + value));
                } else {
                    words.addAll(List.of("--" + option.flag(), value));
                }
            }
        });
        return words;
    }

    private void refuseConflicts() {
        List<String> both = new ArrayList<>();
        flags.forEach((option, values) -> {
            List<String> others = inFile.get(option);
            if (others != null) {
                both.add(option.key() + ": (from flag: " + shown(option, values) + ", from file: "
                        + shown(option, others) + ")");
            }
        });
        if (!both.isEmpty()) {
            throw new InvalidArgument(
                    "configure the daemon with file " + file.map(Path::toString).orElse(""),
                    "the following directives are specified both as a flag and in the configuration file: "
                            + String.join(", ", both),
                    "say each once");
        }
    }

    private static String shown(Option option, List<String> values) {
        return option.isRepeatable() ? values.toString().replace(", ", " ") : values.getLast();
    }

    private void refuseWhatIsNotDone() {
        flags.forEach((option, values) -> refuse(option, values, "--" + option.flag()));
        inFile.forEach((option, values) -> refuse(option, values, option.key()));
    }

    private static void refuse(Option option, List<String> values, String name) {
        switch (option.rule()) {
            case Option.Rule.Obeyed _, Option.Rule.Reloaded _ -> {}
            case Option.Rule.Only(String value, String why) -> {
                if (!values.stream().allMatch(value::equals)) {
                    throw new Unsupported(
                            "start the daemon with " + name + " " + String.join(" ", values),
                            why,
                            "leave it out, or say " + value);
                }
            }
            case Option.Rule.Refused(String why) ->
                throw new Unsupported(
                        "start the daemon with " + name, why, "leave it out; docs/daemon.md says what works");
        }
    }

    private static Optional<String> one(Map<Option, List<String>> values, String flag) {
        List<String> all = values.getOrDefault(option(flag), List.of());
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    private static Option option(String flag) {
        return Options.byFlag(flag).orElseThrow();
    }

    private static long number(String flag, String text) {
        if (!text.matches("-?[0-9]{1,18}")) {
            throw new InvalidArgument("read --" + flag + " " + text, "it is no whole number", "write one");
        }
        return Long.parseLong(text);
    }

    private static Map<Option, List<String>> copy(Map<Option, List<String>> values) {
        Map<Option, List<String>> copy = new LinkedHashMap<>();
        values.forEach((option, v) -> copy.put(option, List.copyOf(v)));
        return java.util.Collections.unmodifiableMap(copy);
    }
}
