package dev.gantry.build.work;

import dev.gantry.base.InvalidArgument;

/// Modes as chmod(1) has them: octal, or symbolic such as `u=rwX,go-w`.
final class Modes {
    private static final int ALL_BITS = 07777;

    private Modes() {}

    /// @param before what it has; counts where `text` says a change
    static int apply(String text, int before, boolean directory) {
        if (text.isEmpty()) {
            return before;
        }
        if (text.matches("[0-7]{1,5}")) {
            return Integer.parseInt(text, 8) & ALL_BITS;
        }
        int mode = before;
        for (String clause : text.split(",", -1)) {
            mode = clause(clause, mode, directory, text);
        }
        return mode;
    }

    private static int clause(String clause, int before, boolean directory, String text) {
        int at = 0;
        int who = 0;
        while (at < clause.length() && "ugoa".indexOf(clause.charAt(at)) >= 0) {
            who |= switch (clause.charAt(at++)) {
                case 'u' -> 04700;
                case 'g' -> 02070;
                case 'o' -> 01007;
                default -> ALL_BITS;
            };
        }
        who = who == 0 ? ALL_BITS : who;
        int mode = before;
        if (at == clause.length()) {
            throw wrong(text);
        }
        while (at < clause.length()) {
            char operator = clause.charAt(at++);
            int bits = 0;
            while (at < clause.length() && "+-=".indexOf(clause.charAt(at)) < 0) {
                bits |= switch (clause.charAt(at++)) {
                    case 'r' -> 0444;
                    case 'w' -> 0222;
                    case 'x' -> 0111;
                    case 'X' -> directory || (mode & 0111) != 0 ? 0111 : 0;
                    case 's' -> 06000;
                    case 't' -> 01000;
                    case 'u' -> (mode >> 6 & 7) * 0111;
                    case 'g' -> (mode >> 3 & 7) * 0111;
                    case 'o' -> (mode & 7) * 0111;
                    default -> throw wrong(text);
                };
            }
            mode = switch (operator) {
                case '+' -> mode | (bits & who);
                case '-' -> mode & ~(bits & who);
                case '=' -> (mode & ~who) | (bits & who);
                default -> throw wrong(text);
            };
        }
        return mode;
    }

    private static InvalidArgument wrong(String text) {
        return new InvalidArgument("set the mode " + text, "it is none", "write 0755 or u=rwX,go=rX");
    }
}
