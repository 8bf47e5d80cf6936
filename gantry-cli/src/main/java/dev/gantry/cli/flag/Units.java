package dev.gantry.cli.flag;

import java.math.BigDecimal;
import java.util.Locale;

/// Numbers with units, as flags have them. What cannot be read is a [NumberFormatException] whose message says what was
/// expected.
public final class Units {
    private static final String SUFFIXES = "kmgtp";
    private static final BigDecimal BILLION = BigDecimal.valueOf(1_000_000_000);

    private Units() {}

    public static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new NumberFormatException("a whole number");
        }
    }

    /// Bytes with a suffix of powers of 1024: `512`, `32m`, `1.5g`, `2GiB`; `-1` stands for no limit.
    public static long bytes(String text) {
        if (text.equals("-1")) {
            return -1;
        }
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.endsWith("ib") || lower.endsWith("b")) {
            lower = lower.substring(0, lower.length() - (lower.endsWith("ib") ? 2 : 1));
        }
        int power = 0;
        if (!lower.isEmpty()) {
            power = SUFFIXES.indexOf(lower.charAt(lower.length() - 1)) + 1;
            lower = power > 0 ? lower.substring(0, lower.length() - 1) : lower;
        }
        try {
            BigDecimal value = new BigDecimal(lower.strip());
            if (value.signum() >= 0) {
                return value.multiply(BigDecimal.valueOf(1L << (10 * power)))
                        .toBigInteger()
                        .longValueExact();
            }
        } catch (ArithmeticException | NumberFormatException _) {
            // Said below.
        }
        throw new NumberFormatException("a size such as 512m or 1.5g");
    }

    /// A decimal number in billionths: `0.5` is 500000000.
    public static long nanos(String text) {
        try {
            return new BigDecimal(text).multiply(BILLION).longValueExact();
        } catch (ArithmeticException _) {
            throw new NumberFormatException("a number with at most nine decimals");
        } catch (NumberFormatException _) {
            throw new NumberFormatException("a number such as 0.5");
        }
    }

    /// A duration as Go writes it, `1h30m`, `300ms`, in nanoseconds.
    public static long duration(String text) {
        String rest = text.startsWith("-") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return 0;
        }
        BigDecimal total = BigDecimal.ZERO;
        int at = 0;
        while (at < rest.length()) {
            int digits = at;
            while (at < rest.length() && (Character.isDigit(rest.charAt(at)) || rest.charAt(at) == '.')) {
                at++;
            }
            int unit = at;
            while (at < rest.length() && Character.isLetter(rest.charAt(at))) {
                at++;
            }
            try {
                total = total.add(new BigDecimal(rest.substring(digits, unit))
                        .multiply(BigDecimal.valueOf(nanosOf(rest.substring(unit, at)))));
            } catch (NumberFormatException _) {
                throw new NumberFormatException("a duration such as 1m30s");
            }
            if (at == digits) {
                throw new NumberFormatException("a duration such as 1m30s");
            }
        }
        if (rest.isEmpty()) {
            throw new NumberFormatException("a duration such as 1m30s");
        }
        long nanos = total.toBigInteger().longValueExact();
        return text.startsWith("-") ? -nanos : nanos;
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs", "μs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> throw new NumberFormatException("a unit");
        };
    }
}
