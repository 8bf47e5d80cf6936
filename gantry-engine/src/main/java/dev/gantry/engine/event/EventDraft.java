package dev.gantry.engine.event;

import java.time.Instant;
import java.util.Map;

/// An event before it is committed and gets its number.
public record EventDraft(Instant time, Event.Kind kind, String action, String subject, Map<String, String> attributes) {
    public EventDraft {
        attributes = Map.copyOf(attributes);
    }

    public Event numbered(long sequence) {
        return new Event(sequence, time, kind, action, subject, attributes);
    }
}
