package dev.gantry.daemon.config;

/// One thing that the daemon can be told.
///
/// @param flag without dashes; empty: only the file has it
/// @param letter of the short flag, or empty
/// @param key of the file; `a.b` is `b` inside of `a`; empty: only a flag
public record Option(String flag, String letter, String key, Form form, Rule rule) {
    /// How a value is written.
    public enum Form {
        /// `--debug`, `--debug=false`, `true`.
        FLAG,
        TEXT,
        /// A path, which a flag may say from where it is typed.
        PATH,
        NUMBER,
        /// Repeatable; an array.
        LIST,
        PATHS,
        /// Repeatable `name=value`; an object of texts.
        MAP,
        /// `nofile=64:128`; an object of objects.
        ULIMITS,
        /// `base=10.0.0.0/8,size=24`; an array of objects.
        POOLS,
        /// `bridge=name=value`; an object of objects of texts.
        NESTED
    }

    /// What becomes of it.
    public sealed interface Rule {
        record Obeyed() implements Rule {}

        /// Obeyed, and read again on SIGHUP.
        record Reloaded() implements Rule {}

        /// There is no choice: any other value is refused.
        record Only(String value, String why) implements Rule {}

        record Refused(String why) implements Rule {}
    }

    static final Rule OBEYED = new Rule.Obeyed();
    static final Rule RELOADED = new Rule.Reloaded();

    /// What an error and the log call it.
    public String name() {
        return flag.isEmpty() ? key : flag;
    }

    public boolean isRepeatable() {
        return switch (form) {
            case LIST, PATHS, MAP, ULIMITS, POOLS, NESTED -> true;
            case FLAG, TEXT, PATH, NUMBER -> false;
        };
    }
}
