package dev.gantry.daemon;

import dev.gantry.base.InvalidArgument;
import dev.gantry.daemon.config.Settings;
import java.util.Locale;

/// How much the daemon logs.
enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR;

    /// `--debug` goes before `--log-level`.
    static LogLevel of(Settings settings) {
        return settings.flag("debug", false)
                ? DEBUG
                : of(settings.text("log-level").orElse("info"));
    }

    private static LogLevel of(String word) {
        return switch (word) {
            case "debug", "trace" -> DEBUG;
            case "info" -> INFO;
            case "warn", "warning" -> WARN;
            case "error", "fatal", "panic" -> ERROR;
            default ->
                throw new InvalidArgument(
                        "read --log-level " + word, "there is no such level", "use debug, info, warn, error or fatal");
        };
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
