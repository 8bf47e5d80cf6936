package dev.gantry.network.model;

import dev.gantry.base.InvalidArgument;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// Reads the options of one network by key, and remembers which keys somebody understands.
final class OptionReader {
    private static final String OURS = "com.docker.network.";
    /// Read by the network itself, not by a driver.
    private static final Set<String> OF_EVERY_NETWORK = Set.of(OURS + "enable_ipv4", OURS + "enable_ipv6");

    private final NetworkSpec spec;
    private final Set<String> known = new TreeSet<>(OF_EVERY_NETWORK);

    OptionReader(NetworkSpec spec) {
        this.spec = spec;
    }

    NetworkSpec spec() {
        return spec;
    }

    /// Empty when absent.
    String text(String key) {
        known.add(key);
        return spec.options().getOrDefault(key, "");
    }

    boolean has(String key) {
        known.add(key);
        return spec.options().containsKey(key);
    }

    /// The spellings that Go's `strconv.ParseBool` takes, since clients send them.
    boolean flag(String key, boolean otherwise) {
        String value = text(key);
        return switch (value) {
            case "" -> {
                if (spec.options().containsKey(key)) {
                    throw invalid(key, value, "empty");
                }
                yield otherwise;
            }
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw invalid(key, value, "invalid syntax");
        };
    }

    private InvalidArgument invalid(String key, String value, String why) {
        return DriverOptions.invalid(spec, key, value, why, "use true or false");
    }

    int number(String key, int least, int most, int otherwise) {
        String value = text(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, in the same words
        }
        throw DriverOptions.invalid(spec, key, value, "out of range", "use a number from " + least + " to " + most);
    }

    <T> T choice(String key, T otherwise, Iterable<T> choices, Function<T, String> name, String why) {
        String value = text(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        StringBuilder names = new StringBuilder();
        for (T choice : choices) {
            if (name.apply(choice).equals(value)) {
                return choice;
            }
            names.append(names.isEmpty() ? "" : ", ").append(name.apply(choice));
        }
        throw DriverOptions.invalid(spec, key, value, why, "use one of " + names);
    }

    /// After everything was read: a key in our name space that nobody asked for is a mistake its user
    /// would never see.
    void refuseUnknown() {
        for (String key : spec.options().keySet()) {
            if (key.startsWith(OURS) && !known.contains(key)) {
                throw new InvalidArgument(
                        "create network " + spec.name(),
                        "the driver " + spec.driver() + " has no option " + key,
                        "leave it out, or use one of " + String.join(", ", known));
            }
        }
    }
}
