package dev.gantry.engine.observe;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One action while it goes on, on one thread. What is not said to have succeeded has failed.
public final class Course implements AutoCloseable {
    private final Measures measures;
    private final Tracer tracer;
    private final Action action;
    private final String subject;
    private final long begun = System.nanoTime();
    private final ActionEvent event = new ActionEvent();

    /// When it is followed.
    private final @Nullable Followed followed;

    private @Nullable Phase phase;
    private long phaseBegun;
    private @Nullable PhaseEvent phaseEvent;
    private boolean succeeded;

    private record Followed(Trace parent, Trace at, Instant begun) {}

    Course(Measures measures, Tracer tracer, Action action, String subject) {
        this.measures = measures;
        this.tracer = tracer;
        this.action = action;
        this.subject = subject;
        this.followed = tracer.follows() ? follow() : null;
        event.begin();
    }

    private static @Nullable Followed follow() {
        Trace parent = Trace.CURRENT.isBound() ? Trace.CURRENT.get() : Trace.begin();
        return parent.wanted() ? new Followed(parent, parent.below(), Instant.now()) : null;
    }

    /// The phase before is over.
    public void enters(Phase next) {
        long now = System.nanoTime();
        leave(now);
        phase = next;
        phaseBegun = now;
        if (PhaseEvent.isWanted()) {
            PhaseEvent fresh = new PhaseEvent();
            fresh.begin();
            phaseEvent = fresh;
        }
    }

    private void leave(long now) {
        Phase over = phase;
        PhaseEvent told = phaseEvent;
        if (over == null) {
            return;
        }
        phase = null;
        phaseEvent = null;
        measures.of(over).add(now - phaseBegun);
        if (told != null && told.shouldCommit()) {
            told.phase = over.word();
            told.container = subject;
            told.commit();
        }
        if (followed != null) {
            tracer.ended(new Span(
                    followed.at().below(),
                    followed.at(),
                    action.word() + " container: " + over.word(),
                    false,
                    followed.begun().plusNanos(phaseBegun - begun),
                    now - phaseBegun,
                    "",
                    Map.of()));
        }
    }

    public void succeeded() {
        succeeded = true;
    }

    @Override
    public void close() {
        long now = System.nanoTime();
        leave(now);
        if (succeeded) {
            measures.of(action).add(now - begun);
        } else {
            measures.failed();
        }
        if (event.shouldCommit()) {
            event.action = action.word();
            event.container = subject;
            event.succeeded = succeeded;
            event.commit();
        }
        if (followed != null) {
            tracer.ended(new Span(
                    followed.at(),
                    followed.parent(),
                    action.word() + " container",
                    false,
                    followed.begun(),
                    now - begun,
                    succeeded ? "" : "it failed",
                    Map.of("container.id", subject)));
        }
    }
}
