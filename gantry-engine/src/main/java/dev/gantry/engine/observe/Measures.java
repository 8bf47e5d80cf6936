package dev.gantry.engine.observe;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// What this engine has counted since it was opened.
///
/// ```java
/// try (Course course = measures.begin(Action.START, id)) {
///     course.enters(Phase.VOLUMES);
///     …
///     course.succeeded();
/// }
/// ```
public final class Measures {
    private final Map<Action, Timer> actions = new EnumMap<>(Action.class);
    private final Map<Phase, Timer> phases = new EnumMap<>(Phase.class);
    private final LongAdder failures = new LongAdder();
    private final LongAdder checks = new LongAdder();
    private final LongAdder failedChecks = new LongAdder();
    private final AtomicInteger subscribers = new AtomicInteger();
    private final Tracer tracer;

    public Measures(Tracer tracer) {
        this.tracer = tracer;
        for (Action action : Action.values()) {
            actions.put(action, new Timer());
        }
        for (Phase phase : Phase.values()) {
            phases.put(phase, new Timer());
        }
    }

    /// @param subject the id of a container
    public Course begin(Action action, String subject) {
        return new Course(this, tracer, action, subject);
    }

    /// Those that succeeded.
    public Timer of(Action action) {
        return requireNonNull(actions.get(action));
    }

    public Timer of(Phase phase) {
        return requireNonNull(phases.get(phase));
    }

    public long failedActions() {
        return failures.sum();
    }

    void failed() {
        failures.increment();
    }

    public void checked(boolean healthy) {
        checks.increment();
        if (!healthy) {
            failedChecks.increment();
        }
    }

    public long checks() {
        return checks.sum();
    }

    public long failedChecks() {
        return failedChecks.sum();
    }

    /// Somebody listens to events until this is closed.
    public Subscription subscribed() {
        subscribers.incrementAndGet();
        return subscribers::decrementAndGet;
    }

    public int subscribers() {
        return subscribers.get();
    }

    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
