package dev.gantry.base;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as Go writes them: `1m30s`.
public final class GoDuration {
    private static final Pattern PART = Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)(h|ms|us|µs|μs|ns|m|s)");
    private static final Map<String, Long> NANOS = Map.of(
            "h",
            3_600_000_000_000L,
            "m",
            60_000_000_000L,
            "s",
            1_000_000_000L,
            "ms",
            1_000_000L,
            "us",
            1000L,
            "µs",
            1000L,
            "μs",
            1000L,
            "ns",
            1L);
    private static final int LONGEST = 60;

    private GoDuration() {}

    /// In nanoseconds; empty when it is no duration that is zero or more.
    public static OptionalLong parse(String text) {
        String digits = text.startsWith("+") ? text.substring(1) : text;
        if (digits.equals("0")) {
            return OptionalLong.of(0);
        }
        if (digits.isEmpty() || digits.length() > LONGEST) {
            return OptionalLong.empty();
        }
        BigDecimal sum = BigDecimal.ZERO;
        int end = 0;
        Matcher m = PART.matcher(digits);
        while (end < digits.length()) {
            if (!m.find(end) || m.start() != end) {
                return OptionalLong.empty();
            }
            sum = sum.add(new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(NANOS.getOrDefault(m.group(2), 0L))));
            end = m.end();
        }
        return sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(sum.longValue());
    }

    /// `1m30s`, `1.5s`, `300ms`, `0s`.
    public static String format(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        if (nanos < 1_000_000_000L) {
            String unit = nanos < 1000 ? "ns" : nanos < 1_000_000 ? "µs" : "ms";
            long one = nanos < 1000 ? 1 : nanos < 1_000_000 ? 1000 : 1_000_000;
            return decimal(BigDecimal.valueOf(nanos).divide(BigDecimal.valueOf(one))) + unit;
        }
        long minutes = nanos / 60_000_000_000L;
        String seconds = decimal(BigDecimal.valueOf(nanos % 60_000_000_000L, 9)) + "s";
        if (minutes == 0) {
            return seconds;
        }
        return minutes < 60
                ? minutes + "m" + seconds
                : String.format(Locale.ROOT, "%dh%dm%s", minutes / 60, minutes % 60, seconds);
    }

    private static String decimal(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
