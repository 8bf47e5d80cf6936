package dev.gantry.cli.format;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;

/// Sizes, times and durations as the docker client words them.
public final class Words {
    private static final String[] SIZES = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z", Locale.ROOT);

    private Words() {}

    /// A duration, roughly: `5 minutes`, `About an hour`, `3 weeks`.
    public static String about(Duration duration) {
        long seconds = duration.toSeconds();
        long minutes = duration.toMinutes();
        long hours = Math.round(duration.toMillis() / 3_600_000.0);
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds < 60) {
            return seconds == 1 ? "1 second" : seconds + " seconds";
        }
        if (minutes < 60) {
            return minutes == 1 ? "About a minute" : minutes + " minutes";
        }
        if (hours < 48) {
            return hours == 1 ? "About an hour" : hours + " hours";
        }
        if (hours < 24 * 14) {
            return hours / 24 + " days";
        }
        if (hours < 24 * 60) {
            return hours / 24 / 7 + " weeks";
        }
        if (hours < 24 * 365 * 2) {
            return hours / 24 / 30 + " months";
        }
        return hours / 24 / 365 + " years";
    }

    /// How long ago a time in seconds since 1970 was.
    public static String ago(Instant now, long epochSecond) {
        return about(Duration.between(Instant.ofEpochSecond(epochSecond), now)) + " ago";
    }

    /// A size in powers of 1000 with three digits: `0B`, `1.24GB`, `78.1MB`.
    public static String size(long bytes) {
        return scaled(bytes, 1000.0, SIZES);
    }

    /// A size in powers of 1024 with four digits: `31.25GiB`.
    public static String binarySize(long bytes) {
        double value = bytes;
        List<String> units = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");
        int unit = 0;
        while (value >= 1024 && unit < units.size() - 1) {
            value /= 1024;
            unit++;
        }
        return significant(value, 4) + units.get(unit);
    }

    /// A time in seconds since 1970 as `2026-11-21 03:04:05 +0000 UTC`.
    public static String stamp(long epochSecond, ZoneId zone) {
        var time = Instant.ofEpochSecond(epochSecond).atZone(zone);
        String name = zone.equals(ZoneOffset.UTC)
                ? "UTC"
                : DateTimeFormatter.ofPattern("zzz", Locale.ROOT).format(time);
        return STAMP.format(time) + " " + (name.equals("Z") ? zone.getDisplayName(TextStyle.SHORT, Locale.ROOT) : name);
    }

    /// At most `width` characters, the last an ellipsis when some are missing.
    public static String shorten(String text, int width) {
        if (text.codePointCount(0, text.length()) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
    }

    /// The first twelve digits of an id, without its algorithm.
    public static String shortId(String id) {
        String hex = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
        return hex.length() > 12 ? hex.substring(0, 12) : hex;
    }

    private static String scaled(double bytes, double base, String[] units) {
        double value = bytes;
        int unit = 0;
        while (value >= base && unit < units.length - 1) {
            value /= base;
            unit++;
        }
        return significant(value, 3) + units[unit];
    }

    /// As `%.3g` of C prints it, without an exponent for what is not too large.
    private static String significant(double value, int digits) {
        if (value == 0) {
            return "0";
        }
        var rounded = new java.math.BigDecimal(value).round(new java.math.MathContext(digits));
        return rounded.stripTrailingZeros().toPlainString();
    }
}
