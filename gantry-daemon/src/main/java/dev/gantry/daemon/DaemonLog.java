package dev.gantry.daemon;

/// One line per event on standard error, with its time. Before the first logger is made.
final class DaemonLog {
    private DaemonLog() {}

    static void configure(LogLevel level) {
        set("defaultLogLevel", level == LogLevel.ERROR ? "error" : "warn");
        set("log.dev.gantry", level.word());
        // gRPC wants an option of TCP on every connection, and each Unix socket says that it has none.
        set("log.io.netty.bootstrap", "error");
        set("showDateTime", "true");
        set("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        set("showThreadName", "false");
        set("showShortLogName", "true");
    }

    private static void set(String name, String value) {
        System.setProperty("org.slf4j.simpleLogger." + name, value);
    }
}
