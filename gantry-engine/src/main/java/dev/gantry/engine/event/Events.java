package dev.gantry.engine.event;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The events of one data root: the latest some thousands.
public interface Events {
    /// Those after `sequence` that are committed, oldest first, at most `limit`.
    List<Event> after(long sequence, int limit);

    /// The sequence number of the newest committed event; 0 when there was none.
    long last();

    /// The sequence number before the first event at or after `time`: where to begin for `--since`.
    long before(Instant time);

    /// Waits until there is an event after `sequence`; false when `limit` passed first or the engine closed.
    boolean await(long sequence, Duration limit);

    /// Records something that changed nothing stored here, such as a pull.
    Event publish(Event.Kind kind, String action, String subject, Map<String, String> attributes);

    /// A cursor, for reading them one by one.
    default Cursor from(long sequence) {
        return new Cursor(this, sequence);
    }

    /// Not for use by many threads.
    final class Cursor {
        private final Events events;
        private long sequence;

        Cursor(Events events, long sequence) {
            this.events = events;
            this.sequence = sequence;
        }

        /// The next event, or empty when `limit` passed first.
        public Optional<Event> next(Duration limit) {
            List<Event> found = events.after(sequence, 1);
            if (found.isEmpty() && events.await(sequence, limit)) {
                found = events.after(sequence, 1);
            }
            if (found.isEmpty()) {
                return Optional.empty();
            }
            sequence = found.getFirst().sequence();
            return Optional.of(found.getFirst());
        }
    }
}
