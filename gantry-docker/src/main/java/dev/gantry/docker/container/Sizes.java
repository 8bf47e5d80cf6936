package dev.gantry.docker.container;

import dev.gantry.docker.route.DockerError;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes such as `10m`, in powers of 1024.
final class Sizes {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})\\s*([kmgt]?)(i?b)?");

    private Sizes() {}

    static long parse(String text) {
        Matcher m = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            throw DockerError.badParameter("invalid size: '" + text + "'");
        }
        int shift = m.group(2).isEmpty() ? 0 : 10 * (1 + "kmgt".indexOf(m.group(2)));
        try {
            return Math.multiplyExact(Long.parseLong(m.group(1)), 1L << shift);
        } catch (ArithmeticException e) {
            throw new DockerError(400, "invalid size: '" + text + "'", e);
        }
    }

    static int count(String name, String text) {
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1) {
            throw DockerError.badParameter(name + " cannot be less than 1");
        }
        return Integer.parseInt(text);
    }
}
