package dev.gantry.java;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A run of the application while its image is made, from which the JVM keeps what starts it sooner: an AOT cache
/// (JEP 514, from JDK 25 on) or an archive of classes (JEP 350, from JDK 13 on).
///
/// @param command for the shell of the base
/// @param flag what uses it
public record Training(String command, String flag) {
    private static final String CACHE = "/app/app.aot";
    private static final String ARCHIVE = "/app/app.jsa";
    private static final String MAKE_CACHE = "-XX:AOTCacheOutput=" + CACHE;
    private static final String USE_CACHE = "-XX:AOTCache=" + CACHE;
    private static final String MAKE_ARCHIVE = "-XX:ArchiveClassesAtExit=" + ARCHIVE;
    private static final String USE_ARCHIVE = "-XX:SharedArchiveFile=" + ARCHIVE;

    /// Which of the two it became is known to the base alone, so it is written down there.
    private static final String CHOSEN = "/app/aot.args";

    static Optional<Training> of(Application app, String java, List<String> flags) {
        JavaSettings settings = app.settings();
        String kind = settings.one("aot").orElse("no");
        if (kind.equals("no")) {
            return Optional.empty();
        }
        String run = run(app, java, flags);
        return Optional.of(
                switch (kind) {
                    case "cache" -> new Training(run.formatted(MAKE_CACHE) + " && test -s " + CACHE, USE_CACHE);
                    case "cds" -> new Training(run.formatted(MAKE_ARCHIVE) + " && test -s " + ARCHIVE, USE_ARCHIVE);
                    case "yes" -> new Training(chosen(java, run), "@" + CHOSEN);
                    default ->
                        throw new InvalidArgument("read aot=" + kind, "there is no such way", "say yes, cache or cds");
                });
    }

    private static String chosen(String java, String run) {
        return "case \"$(" + java + " -XX:+PrintFlagsFinal -version 2>&1)\" in"
                + " *AOTCacheOutput*) make=" + MAKE_CACHE + " use=" + USE_CACHE + " file=" + CACHE + " ;;"
                + " *) make=" + MAKE_ARCHIVE + " use=" + USE_ARCHIVE + " file=" + ARCHIVE + " ;;"
                + " esac && " + run.formatted("$make") + " && test -s $file && echo $use > " + CHOSEN;
    }

    /// With `%s` where the flag goes that makes it. Spring Boot ends by itself where it would begin to serve.
    private static String run(Application app, String java, List<String> flags) {
        JavaSettings settings = app.settings();
        List<String> words = new ArrayList<>();
        words.add(quoted(java));
        words.add("%s");
        flags.forEach(f -> words.add(quoted(f)));
        settings.all("train-jvm").forEach(f -> words.add(quoted(f)));
        if (app.boot()) {
            words.add("-Dspring.context.exit=onRefresh");
        }
        words.add(quoted(app.main()));
        List<String> own = settings.all("train-arg");
        (own.isEmpty() ? settings.all("arg") : own).forEach(a -> words.add(quoted(a)));
        String line = String.join(" ", words);
        return settings.one("train-seconds")
                .map(s -> "{ timeout " + seconds(s) + " " + line + " || test $? -eq 124 -o $? -eq 143; }")
                .orElse(line);
    }

    private static String seconds(String text) {
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw new InvalidArgument("read train-seconds=" + text, "it is no number of seconds", "say 1 or more");
        }
        return text;
    }

    /// As one word of a shell, and of [String#formatted].
    private static String quoted(String word) {
        String plain = word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
        return plain.replace("%", "%%");
    }
}
