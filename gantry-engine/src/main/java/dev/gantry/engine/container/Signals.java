package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import java.util.Locale;

/// Signals by name and number, as on every Linux but the rare ones with a numbering of their own. signal(7)
public final class Signals {
    public static final int KILL = 9;
    public static final int TERM = 15;

    private static final int FIRST_REALTIME = 34;
    private static final int LAST_REALTIME = 64;

    /// The position is the number less one.
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    private Signals() {}

    /// Reads `SIGTERM`, `term`, `15`, `RTMIN+3` and the like.
    public static int parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        if (name.matches("[0-9]{1,3}")) {
            int number = Integer.parseInt(name);
            if (number >= 1 && number <= LAST_REALTIME) {
                return number;
            }
        }
        int place = NAMES.indexOf(name);
        if (place >= 0) {
            return place + 1;
        }
        int number = switch (name) {
            case "IOT" -> 6;
            case "CLD" -> 17;
            case "POLL" -> 29;
            default -> realtime(name);
        };
        if (number == 0) {
            throw new InvalidArgument(
                    "read signal " + text, "invalid signal: " + text, "use a name such as SIGTERM or a number");
        }
        return number;
    }

    /// `SIGTERM` for 15.
    public static String name(int number) {
        return number >= 1 && number <= NAMES.size() ? "SIG" + NAMES.get(number - 1) : "SIG" + number;
    }

    private static int realtime(String name) {
        if (!name.matches("RTM(IN(\\+[0-9]{1,2})?|AX(-[0-9]{1,2})?)")) {
            return 0;
        }
        boolean fromEnd = name.startsWith("RTMAX");
        int distance = name.length() > 5 ? Integer.parseInt(name.substring(6)) : 0;
        int number = fromEnd ? LAST_REALTIME - distance : FIRST_REALTIME + distance;
        return number >= FIRST_REALTIME && number <= LAST_REALTIME ? number : 0;
    }
}
