package dev.gantry.buildkit.control;

import dev.gantry.base.InvalidArgument;

/// Yes and no as clients write them, which are in Go.
final class Flags {
    private Flags() {}

    /// @param text as `strconv.ParseBool` reads it; empty: the name alone says yes
    static boolean flag(String name, String text) {
        return switch (text) {
            case "", "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw new InvalidArgument("read " + name + "=" + text, "it is yes or no", "write true or false");
        };
    }
}
