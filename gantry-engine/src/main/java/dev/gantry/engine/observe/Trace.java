package dev.gantry.engine.observe;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in a trace: whatever is done there becomes a span below it. W3C Trace Context §traceparent.
///
/// @param trace 32 hex digits
/// @param span 16 hex digits; zeros: the beginning of the trace
/// @param wanted whoever began the trace wants to see it
public record Trace(String trace, String span, boolean wanted) {
    /// Where the thread is whose work is traced.
    public static final ScopedValue<Trace> CURRENT = ScopedValue.newInstance();

    private static final String NONE = "0".repeat(16);
    private static final Pattern PARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

    /// A trace of its own.
    public static Trace begin() {
        return new Trace(hex() + hex(), NONE, true);
    }

    /// What a caller says of himself; empty when he says nothing that is valid.
    public static Optional<Trace> parse(String traceparent) {
        Matcher m = PARENT.matcher(traceparent);
        return m.matches()
                        && !m.group(1).equals(NONE + NONE)
                        && !m.group(2).equals(NONE)
                        && (!traceparent.startsWith("00") || m.group(4) == null)
                ? Optional.of(new Trace(m.group(1), m.group(2), (Integer.parseInt(m.group(3), 16) & 1) != 0))
                : Optional.empty();
    }

    /// A place below this one.
    public Trace below() {
        return new Trace(trace, hex(), wanted);
    }

    public boolean isBeginning() {
        return span.equals(NONE);
    }

    private static String hex() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
    }
}
