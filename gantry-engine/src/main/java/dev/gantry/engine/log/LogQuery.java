package dev.gantry.engine.log;

import java.time.Instant;

/// Which records. `tail` negative: all. `until` is exclusive of nothing: a record of that very moment is included.
public record LogQuery(boolean stdout, boolean stderr, Instant since, Instant until, long tail, boolean follow) {
    public static final LogQuery ALL = new LogQuery(true, true, Instant.MIN, Instant.MAX, -1, false);

    public LogQuery following() {
        return new LogQuery(stdout, stderr, since, until, tail, true);
    }

    public LogQuery last(long records) {
        return new LogQuery(stdout, stderr, since, until, records, follow);
    }
}
