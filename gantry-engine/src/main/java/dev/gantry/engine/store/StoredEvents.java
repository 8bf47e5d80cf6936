package dev.gantry.engine.store;

import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.event.EventWindow;
import dev.gantry.engine.event.Events;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Reads from the window, writes through a store.
record StoredEvents(EventWindow window, Clock clock, Function<EventDraft, Event> writer) implements Events {
    @Override
    public List<Event> after(long sequence, int limit) {
        return window.after(sequence, limit);
    }

    @Override
    public long last() {
        return window.last();
    }

    @Override
    public long before(Instant time) {
        return window.before(time);
    }

    @Override
    public boolean await(long sequence, Duration limit) {
        return window.await(sequence, limit);
    }

    @Override
    public Event publish(Event.Kind kind, String action, String subject, Map<String, String> attributes) {
        return writer.apply(new EventDraft(clock.instant(), kind, action, subject, attributes));
    }
}
