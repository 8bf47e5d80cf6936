package dev.gantry.cli.format;

import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.flag.Units;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/// Times as flags have them and as the Engine API wants them: seconds since 1970 with nine decimals.
public final class Times {
    private static final DateTimeFormatter NANOS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", Locale.ROOT);

    private Times() {}

    /// The flag's time for the query, or empty text. A duration is before now; a date or time without a zone is the
    /// caller's.
    public static String forEngine(Parsed args, String flag, Caller caller) {
        String text = args.text(flag);
        if (text.isEmpty() || text.matches("\\d+(\\.\\d{1,9})?")) {
            return text;
        }
        try {
            long nanos = Units.duration(text);
            return seconds(caller.now().minusNanos(nanos));
        } catch (NumberFormatException _) {
            // A date, then.
        }
        try {
            return seconds(instant(text, caller.zone()));
        } catch (DateTimeParseException _) {
            throw args.wrong("--" + flag + " is a time such as 2026-11-21T03:04:05Z or a duration such as 10m, not '"
                    + text + "'");
        }
    }

    /// As `2026-11-21T03:04:05.000000000Z`, in the caller's zone.
    public static String stamp(long seconds, long nanosSinceEpoch, ZoneId zone) {
        Instant time = nanosSinceEpoch == 0
                ? Instant.ofEpochSecond(seconds)
                : Instant.ofEpochSecond(nanosSinceEpoch / 1_000_000_000, nanosSinceEpoch % 1_000_000_000);
        return NANOS.format(time.atZone(zone));
    }

    private static Instant instant(String text, ZoneId zone) {
        if (text.length() == 10) {
            return LocalDate.parse(text).atStartOfDay(zone).toInstant();
        }
        if (text.endsWith("Z") || text.matches(".*T.*[+-]\\d\\d:?\\d\\d")) {
            return OffsetDateTime.parse(text).toInstant();
        }
        return LocalDateTime.parse(text).atZone(zone).toInstant();
    }

    private static String seconds(Instant time) {
        return String.format(Locale.ROOT, "%d.%09d", time.getEpochSecond(), time.getNano());
    }
}
