package dev.gantry.docker.route;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Points in time as queries and documents carry them.
public final class Times {
    /// What Go writes for a time that was never set.
    public static final String NEVER = "0001-01-01T00:00:00Z";

    private static final DateTimeFormatter NINE_DIGITS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern UNIX = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,9})?");
    private static final Pattern DURATION_PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h)");
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);

    private Times() {}

    /// RFC 3339 with as many digits as there are, as Go's `RFC3339Nano` has it.
    public static String nano(Instant time) {
        String text = NINE_DIGITS.format(time);
        int end = text.length() - 1;
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        if (text.charAt(end - 1) == '.') {
            end--;
        }
        return text.substring(0, end) + "Z";
    }

    /// RFC 3339 with nine digits always: the form of timestamps before lines.
    public static String fixed(Instant time) {
        return NINE_DIGITS.format(time);
    }

    /// Unix seconds with a fraction, RFC 3339 and its shorter forms, or a Go duration back from `now`.
    public static Instant parse(String text, Instant now) {
        if (UNIX.matcher(text).matches()) {
            return unix(text);
        }
        try {
            return now.minus(duration(text));
        } catch (DockerError notADuration) {
            return calendar(text);
        }
    }

    /// A Go duration such as `1h30m` or `250ms`.
    public static Duration duration(String text) {
        boolean negative = text.startsWith("-");
        String rest = negative || text.startsWith("+") ? text.substring(1) : text;
        Matcher part = DURATION_PART.matcher(rest);
        BigDecimal nanos = BigDecimal.ZERO;
        int at = 0;
        while (part.find() && part.start() == at) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2))));
            at = part.end();
        }
        if (rest.isEmpty() || at != rest.length() || nanos.precision() - nanos.scale() > 18) {
            throw DockerError.badParameter("time: invalid duration \"" + text + "\"");
        }
        return Duration.ofNanos(negative ? -nanos.longValue() : nanos.longValue());
    }

    private static Instant unix(String text) {
        BigDecimal value = new BigDecimal(text);
        long seconds = value.longValue();
        return Instant.ofEpochSecond(
                seconds,
                value.subtract(BigDecimal.valueOf(seconds)).multiply(NANOS).longValue());
    }

    private static Instant calendar(String text) {
        try {
            if (text.length() == 10) {
                return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            boolean hasZone = text.endsWith("Z") || text.lastIndexOf('+') > 10 || text.lastIndexOf('-') > 10;
            return hasZone
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw new DockerError(400, "failed to parse value as time or duration: \"" + text + "\"", e);
        }
    }

    private static BigDecimal unit(String name) {
        return BigDecimal.valueOf(
                switch (name) {
                    case "ns" -> 1L;
                    case "us", "µs" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    default -> 3_600_000_000_000L;
                });
    }
}
