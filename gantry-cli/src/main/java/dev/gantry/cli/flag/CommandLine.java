package dev.gantry.cli.flag;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The shape of one command's arguments: a table of flags, what it says about itself, how many arguments it takes.
public final class CommandLine {
    private final String command;
    private final String arguments;
    private final String summary;
    private final Map<String, Flag> flags = new LinkedHashMap<>();
    private final Map<String, String> otherNames = new LinkedHashMap<>();
    private final List<String> examples = new ArrayList<>();
    private final List<String> notYet = new ArrayList<>();
    private boolean stopsAtArgument;
    private int least;
    private int most = Integer.MAX_VALUE;

    /// `arguments` is the usage after the options, such as `CONTAINER [CONTAINER...]`.
    public CommandLine(String command, String arguments, String summary) {
        this.command = command;
        this.arguments = arguments;
        this.summary = summary;
    }

    public CommandLine toggle(char letter, String name, String help) {
        return add(new Flag(name, letter, Flag.Kind.SWITCH, "", help));
    }

    public CommandLine toggle(String name, String help) {
        return toggle((char) 0, name, help);
    }

    public CommandLine text(char letter, String name, String value, String help) {
        return add(new Flag(name, letter, Flag.Kind.TEXT, value, help));
    }

    public CommandLine text(String name, String value, String help) {
        return text((char) 0, name, value, help);
    }

    public CommandLine list(char letter, String name, String value, String help) {
        return add(new Flag(name, letter, Flag.Kind.LIST, value, help));
    }

    public CommandLine list(String name, String value, String help) {
        return list((char) 0, name, value, help);
    }

    /// Another name of the long form, not shown in help.
    public CommandLine alsoCalled(String name, String other) {
        otherNames.put(other, name);
        return this;
    }

    /// Flags that other clients have and this one will: asked for, they are refused in words of their own.
    public CommandLine notYet(List<String> names) {
        notYet.addAll(names);
        return this;
    }

    /// What follows the first argument belongs to a command of the container.
    public CommandLine stopsAtArgument() {
        stopsAtArgument = true;
        return this;
    }

    public CommandLine takes(int fewest, int highest) {
        least = fewest;
        most = highest;
        return this;
    }

    public CommandLine example(String text) {
        examples.add(text);
        return this;
    }

    public String command() {
        return command;
    }

    public String summary() {
        return summary;
    }

    public List<Flag> flags() {
        return List.copyOf(flags.values());
    }

    /// The flag of this name, or of which this is another name.
    public Optional<Flag> flag(String name) {
        return Optional.ofNullable(flags.get(otherNames.getOrDefault(name, name)));
    }

    /// Whether the flag is known and refused.
    public boolean isNotYet(String name) {
        return notYet.contains(name);
    }

    /// Reads arguments. `--help` anywhere among the flags is answered by [Parsed#wantsHelp], whatever else is wrong.
    public Parsed parse(List<String> args) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        List<String> positional = new ArrayList<>();
        int i = 0;
        while (i < args.size()) {
            String arg = args.get(i++);
            if (arg.equals("--")) {
                positional.addAll(args.subList(i, args.size()));
                break;
            }
            if (arg.length() < 2 || arg.charAt(0) != '-') {
                positional.add(arg);
                if (stopsAtArgument) {
                    positional.addAll(args.subList(i, args.size()));
                    break;
                }
                continue;
            }
            if (arg.equals("--help") || (arg.equals("-h") && byLetter('h') == null)) {
                return new Parsed(this, Map.of(), List.of(), true);
            }
            i = arg.startsWith("--") ? longFlag(arg, args, i, values) : letters(arg, args, i, values);
        }
        if (positional.size() < least || positional.size() > most) {
            throw wrong(countInWords(positional.size()));
        }
        return new Parsed(this, values, positional, false);
    }

    /// The page that `--help` prints.
    public String help() {
        StringBuilder text = new StringBuilder();
        text.append("Usage: gantry ").append(command);
        text.append(flags.isEmpty() ? " " : " [OPTIONS] ").append(arguments);
        text.append("\n\n").append(summary).append('\n');
        if (!flags.isEmpty()) {
            text.append("\nOptions:\n");
            int width = flags.values().stream()
                    .mapToInt(f -> f.heading().length())
                    .max()
                    .orElse(0);
            flags.values().stream()
                    .sorted((a, b) -> a.name().compareTo(b.name()))
                    .forEach(f -> text.append("  ")
                            .append(f.heading())
                            .append(" ".repeat(width - f.heading().length() + 3))
                            .append(f.help())
                            .append('\n'));
        }
        if (!examples.isEmpty()) {
            text.append("\nExamples:\n");
            examples.forEach(e -> text.append("  ").append(e).append('\n'));
        }
        return text.toString();
    }

    InvalidArgument wrong(String why) {
        return new InvalidArgument("read the command line", why, "see gantry " + command + " --help");
    }

    private int longFlag(String arg, List<String> args, int next, Map<String, List<String>> values) {
        int equals = arg.indexOf('=');
        String name = equals < 0 ? arg.substring(2) : arg.substring(2, equals);
        Flag flag = flags.get(otherNames.getOrDefault(name, name));
        if (flag == null) {
            throw wrong(
                    notYet.contains(name)
                            ? "--" + name + " is not in this version"
                            : command + " has no flag --" + name);
        }
        if (equals >= 0) {
            put(values, flag, arg.substring(equals + 1));
            return next;
        }
        return value(flag, "--" + name, args, next, values);
    }

    private int letters(String arg, List<String> args, int next, Map<String, List<String>> values) {
        for (int at = 1; at < arg.length(); at++) {
            Flag flag = byLetter(arg.charAt(at));
            if (flag == null && notYet.contains(arg.substring(at, at + 1))) {
                throw wrong("-" + arg.charAt(at) + " is not in this version");
            }
            if (flag == null) {
                throw wrong(command + " has no flag -" + arg.charAt(at) + (arg.length() > 2 ? " in " + arg : ""));
            }
            String rest = arg.substring(at + 1);
            if (rest.startsWith("=")) {
                put(values, flag, rest.substring(1));
                return next;
            }
            if (flag.kind() != Flag.Kind.SWITCH) {
                if (rest.isEmpty()) {
                    return value(flag, "-" + flag.letter(), args, next, values);
                }
                put(values, flag, rest);
                return next;
            }
            put(values, flag, "true");
        }
        return next;
    }

    private int value(Flag flag, String as, List<String> args, int next, Map<String, List<String>> values) {
        if (flag.kind() == Flag.Kind.SWITCH) {
            put(values, flag, "true");
            return next;
        }
        if (next == args.size()) {
            throw wrong("flag " + as + " needs a value");
        }
        put(values, flag, args.get(next));
        return next + 1;
    }

    private void put(Map<String, List<String>> values, Flag flag, String value) {
        if (flag.kind() == Flag.Kind.SWITCH && !Parsed.TRUE.contains(value) && !Parsed.FALSE.contains(value)) {
            throw wrong("flag --" + flag.name() + " is true or false, not '" + value + "'");
        }
        List<String> all = values.computeIfAbsent(flag.name(), _ -> new ArrayList<>(1));
        if (flag.kind() != Flag.Kind.LIST) {
            all.clear();
        }
        all.add(value);
    }

    private @Nullable Flag byLetter(char letter) {
        for (Flag flag : flags.values()) {
            if (flag.letter() == letter) {
                return flag;
            }
        }
        return null;
    }

    private CommandLine add(Flag flag) {
        flags.put(flag.name(), flag);
        return this;
    }

    private String countInWords(int given) {
        if (most == 0) {
            return command + " takes no arguments";
        }
        String need = least == most ? "exactly " + least : given < least ? "at least " + least : "at most " + most;
        return command + " takes " + need + (need.endsWith(" 1") ? " argument" : " arguments") + ", not " + given;
    }
}
