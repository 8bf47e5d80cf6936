package dev.gantry.engine.container;

import io.avaje.jsonb.Json;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the health of a container is checked: `test` is `NONE`, or `CMD` and the words of a command, or `CMD-SHELL` and
/// what a shell of the container is to run; empty is the image's. Durations are nanoseconds; 0 is the usual one.
@Json
public record HealthSpec(
        @Json.Property("Test") List<String> test,
        @Json.Property("Interval") long intervalNanos,
        @Json.Property("Timeout") long timeoutNanos,
        @Json.Property("StartPeriod") long startPeriodNanos,
        @Json.Property("StartInterval") long startIntervalNanos,
        @Json.Property("Retries") int retries) {
    public static final HealthSpec NONE = new HealthSpec(List.of(), 0, 0, 0, 0, 0);

    private static final Duration USUAL_INTERVAL = Duration.ofSeconds(30);
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration USUAL_START_INTERVAL = Duration.ofSeconds(5);
    private static final int USUAL_RETRIES = 3;

    public HealthSpec {
        test = List.copyOf(test);
    }

    static HealthSpec orNone(@Nullable HealthSpec stored) {
        return stored == null ? NONE : stored;
    }

    /// Whether anything is to be checked.
    public boolean isSet() {
        return !command().isEmpty();
    }

    /// What is run in the container, or nothing.
    public List<String> command() {
        return switch (test.isEmpty() ? "" : test.getFirst()) {
            case "CMD" -> test.subList(1, test.size());
            case "CMD-SHELL" ->
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of("/bin/sh", "-c"),
                                test.stream().skip(1))
                        .toList();
            default -> List.of();
        };
    }

    public Duration timeout() {
        return or(timeoutNanos, USUAL_TIMEOUT);
    }

    public Duration startPeriod() {
        return Duration.ofNanos(startPeriodNanos);
    }

    /// How many failures in a row make it unhealthy.
    public int limit() {
        return retries == 0 ? USUAL_RETRIES : retries;
    }

    /// Until the next check of a container that has run for `ran`.
    public Duration pause(boolean starting, Duration ran) {
        return starting && ran.compareTo(startPeriod()) < 0
                ? or(startIntervalNanos, USUAL_START_INTERVAL)
                : or(intervalNanos, USUAL_INTERVAL);
    }

    private static Duration or(long nanos, Duration usual) {
        return nanos == 0 ? usual : Duration.ofNanos(nanos);
    }

    /// What is not said here is the image's.
    HealthSpec over(HealthSpec image) {
        return new HealthSpec(
                test.isEmpty() ? image.test : test,
                intervalNanos == 0 ? image.intervalNanos : intervalNanos,
                timeoutNanos == 0 ? image.timeoutNanos : timeoutNanos,
                startPeriodNanos == 0 ? image.startPeriodNanos : startPeriodNanos,
                startIntervalNanos == 0 ? image.startIntervalNanos : startIntervalNanos,
                retries == 0 ? image.retries : retries);
    }
}
