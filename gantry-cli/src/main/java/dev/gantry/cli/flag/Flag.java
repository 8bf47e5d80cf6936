package dev.gantry.cli.flag;

/// One flag of a command: `letter` is 0 when it has no short form, `value` is empty for a switch.
public record Flag(String name, char letter, Kind kind, String value, String help) {
    public enum Kind {
        SWITCH,
        TEXT,
        LIST
    }

    /// How the flag stands in help: `-m, --memory bytes`.
    String heading() {
        String start = letter == 0 ? "    --" : "-" + letter + ", --";
        return start + name + (value.isEmpty() ? "" : " " + value);
    }
}
