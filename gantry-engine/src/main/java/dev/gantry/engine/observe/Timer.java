package dev.gantry.engine.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// How long something took, each time it was done: a histogram. Adding to it never waits.
public final class Timer {
    /// Upper bounds in seconds: the usual ones of Prometheus, and finer ones below, where most of ours are.
    public static final List<Double> BOUNDS =
            List.of(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0);

    private static final long[] BOUNDS_NANOS =
            BOUNDS.stream().mapToLong(s -> Math.round(s * 1e9)).toArray();

    private final LongAdder[] buckets = new LongAdder[BOUNDS_NANOS.length + 1];
    private final LongAdder nanos = new LongAdder();

    public Timer() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    public void add(long took) {
        int i = 0;
        while (i < BOUNDS_NANOS.length && took > BOUNDS_NANOS[i]) {
            i++;
        }
        buckets[i].increment();
        nanos.add(took);
    }

    /// @param upTo how many took at most each of [#BOUNDS]
    public record Counts(List<Long> upTo, long count, double seconds) {
        public Counts {
            upTo = List.copyOf(upTo);
        }
    }

    public Counts counts() {
        List<Long> upTo = new ArrayList<>();
        long sum = 0;
        for (int i = 0; i < BOUNDS_NANOS.length; i++) {
            sum += buckets[i].sum();
            upTo.add(sum);
        }
        return new Counts(upTo, sum + buckets[BOUNDS_NANOS.length].sum(), nanos.sum() / 1e9);
    }
}
