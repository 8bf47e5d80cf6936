package dev.gantry.engine.health;

import dev.gantry.engine.container.HealthSpec;
import io.avaje.jsonb.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What the checks of a container have found: `failures` in a row, and the latest results, the oldest first. Pure.
@Json
public record Health(
        @Json.Property("Status") Status status,
        @Json.Property("Failures") int failures,
        @Json.Property("Log") List<Result> log) {
    static final Health STARTING = new Health(Status.STARTING, 0, List.of());

    private static final int KEPT = 5;

    public enum Status {
        STARTING("starting"),
        HEALTHY("healthy"),
        UNHEALTHY("unhealthy");

        private final String word;

        Status(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /// One check. `code` is -1 when it could not be run, or took too long.
    @Json
    public record Result(
            @Json.Property("Start") Instant start,
            @Json.Property("End") Instant end,
            @Json.Property("Code") int code,
            @Json.Property("Output") String output) {}

    public Health {
        log = List.copyOf(log);
    }

    /// Of a run that has just begun; what earlier ones left in the log stays.
    Health again() {
        return new Health(Status.STARTING, 0, log);
    }

    /// As found by another engine: what it counted so far may be long ago.
    Health adopted() {
        return new Health(status, 0, log);
    }

    /// Nothing answers in a container that has ended.
    Health ended() {
        return new Health(Status.UNHEALTHY, failures, log);
    }

    /// After one more check of a container that began at `started`.
    Health after(Result result, HealthSpec spec, Instant started) {
        List<Result> kept = new ArrayList<>(log);
        kept.add(result);
        List<Result> latest = kept.subList(Math.max(0, kept.size() - KEPT), kept.size());
        if (result.code() == 0) {
            return new Health(Status.HEALTHY, 0, latest);
        }
        // While it starts, and has never been healthy, a failure is no failure.
        boolean patient = status == Status.STARTING
                && Duration.between(started, result.start()).compareTo(spec.startPeriod()) < 0;
        int now = patient ? failures : failures + 1;
        return new Health(!patient && now >= spec.limit() ? Status.UNHEALTHY : status, now, latest);
    }
}
