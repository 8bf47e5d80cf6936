package dev.gantry.cli.flag;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A command line that was read: values by the flag's long name, and the arguments.
public final class Parsed {
    static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
    static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

    private final CommandLine line;
    private final Map<String, List<String>> values;
    private final List<String> arguments;
    private final boolean wantsHelp;

    Parsed(CommandLine line, Map<String, List<String>> values, List<String> arguments, boolean wantsHelp) {
        this.line = line;
        this.values = values;
        this.arguments = List.copyOf(arguments);
        this.wantsHelp = wantsHelp;
    }

    public boolean wantsHelp() {
        return wantsHelp;
    }

    public List<String> arguments() {
        return arguments;
    }

    public String argument(int i) {
        return arguments.get(i);
    }

    public boolean isGiven(String flag) {
        return values.containsKey(flag);
    }

    /// A switch; false when it was not given.
    public boolean on(String flag) {
        return on(flag, false);
    }

    public boolean on(String flag, boolean otherwise) {
        List<String> given = values.get(flag);
        return given == null ? otherwise : TRUE.contains(given.getLast());
    }

    /// The value, or empty text when the flag was not given.
    public String text(String flag) {
        List<String> given = values.get(flag);
        return given == null ? "" : given.getLast();
    }

    public List<String> list(String flag) {
        return values.getOrDefault(flag, List.of());
    }

    public Optional<Long> number(String flag) {
        return isGiven(flag) ? Optional.of(read(flag, Units::number)) : Optional.empty();
    }

    /// Bytes as `32m` says them; 0 when the flag was not given.
    public long bytes(String flag) {
        return isGiven(flag) ? read(flag, Units::bytes) : 0;
    }

    /// A number of processors in billionths; 0 when the flag was not given.
    public long nanos(String flag) {
        return isGiven(flag) ? read(flag, Units::nanos) : 0;
    }

    /// Nanoseconds of a duration as `1m30s` says it; 0 when the flag was not given.
    public long duration(String flag) {
        return isGiven(flag) ? read(flag, Units::duration) : 0;
    }

    /// An error about this command line.
    public InvalidArgument wrong(String why) {
        return line.wrong(why);
    }

    private <T> T read(String flag, java.util.function.Function<String, T> how) {
        try {
            return how.apply(text(flag));
        } catch (NumberFormatException e) {
            throw wrong("--" + flag + " is " + e.getMessage() + ", not '" + text(flag) + "'");
        }
    }
}
