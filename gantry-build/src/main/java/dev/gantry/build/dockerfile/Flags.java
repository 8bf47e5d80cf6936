package dev.gantry.build.dockerfile;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The flags of one instruction, which it knows all.
public record Flags(List<Flag> all) {
    static final Flags NONE = new Flags(List.of());

    public Flags {
        all = List.copyOf(all);
    }

    public List<Flag> all(String name) {
        return all.stream().filter(f -> f.name().equals(name)).toList();
    }

    public Optional<Flag> one(String name) {
        return all.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    /// Empty when it is not given.
    public String value(String name) {
        return one(name).map(Flag::value).orElse("");
    }

    /// Of a flag that is yes or no.
    public boolean on(String name) {
        return one(name).map(f -> f.alone() || truth(f)).orElse(false);
    }

    static boolean truth(Flag flag) {
        return switch (flag.value().toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default ->
                throw flag.place()
                        .fault(
                                "--" + flag.name() + "=" + flag.value() + " is neither true nor false",
                                "write true or false");
        };
    }
}
