package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import io.avaje.jsonb.Json;
import java.time.Duration;
import java.util.Optional;

/// Whether, and when, a container that ended starts again. Pure: the engine asks, the clock is the caller's.
@Json
public record RestartPolicy(
        @Json.Property("Kind") Kind kind,
        @Json.Property("MaxRetries") int maxRetries) {
    public static final RestartPolicy NO = new RestartPolicy(Kind.NO, 0);

    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /// A run of this length was a good one: the delay begins anew.
    private static final Duration GOOD_RUN = Duration.ofSeconds(10);

    public enum Kind {
        NO("no"),
        ALWAYS("always"),
        ON_FAILURE("on-failure"),
        UNLESS_STOPPED("unless-stopped");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    public RestartPolicy {
        if (maxRetries < 0 || (maxRetries > 0 && kind != Kind.ON_FAILURE)) {
            throw new InvalidArgument(
                    "read restart policy " + kind.text() + ":" + maxRetries,
                    "a number of retries goes with on-failure alone, and is not negative",
                    "write on-failure:" + Math.max(1, Math.abs(maxRetries)));
        }
    }

    /// Reads `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:N`.
    public static RestartPolicy parse(String text) {
        String[] parts = text.split(":", 2);
        for (Kind kind : Kind.values()) {
            if (kind.text().equals(parts[0])) {
                return new RestartPolicy(kind, parts.length == 1 ? 0 : number(text, parts[1]));
            }
        }
        throw unreadable(text);
    }

    /// The delay before the next start, or empty when it stays ended. `stopped` says that a user asked for the
    /// end, `restarts` are those by policy so far, `quickRuns` those before this one that were short, one after
    /// the other, `ran` is how long this one lasted.
    public Optional<Duration> afterExit(int code, boolean stopped, int restarts, int quickRuns, Duration ran) {
        boolean again = !stopped
                && switch (kind) {
                    case NO -> false;
                    case ALWAYS, UNLESS_STOPPED -> true;
                    case ON_FAILURE -> code != 0 && (maxRetries == 0 || restarts < maxRetries);
                };
        return again ? Optional.of(isGoodRun(ran) ? FIRST_DELAY : delay(quickRuns)) : Optional.empty();
    }

    /// Whether a container that was found ended when the engine opened is started.
    public boolean atOpen(int code, boolean stopped, int restarts) {
        return switch (kind) {
            case NO -> false;
            case ALWAYS -> true;
            case UNLESS_STOPPED -> !stopped;
            case ON_FAILURE -> !stopped && code != 0 && (maxRetries == 0 || restarts < maxRetries);
        };
    }

    static boolean isGoodRun(Duration ran) {
        return ran.compareTo(GOOD_RUN) >= 0;
    }

    private static Duration delay(int quickRuns) {
        Duration d = FIRST_DELAY.multipliedBy(1L << Math.min(quickRuns, 20));
        return d.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : d;
    }

    private static int number(String text, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw unreadable(text);
        }
    }

    private static InvalidArgument unreadable(String text) {
        return new InvalidArgument(
                "read restart policy " + text,
                "it is not one of no, always, unless-stopped, on-failure[:N]",
                "choose one of these");
    }
}
