package dev.gantry.engine.event;

import java.time.Instant;
import java.util.Map;

/// One thing that happened. `sequence` grows by one with each; `subject` is the id (or name, for images) of what it
/// happened to.
public record Event(
        long sequence, Instant time, Kind kind, String action, String subject, Map<String, String> attributes) {
    public Event {
        attributes = Map.copyOf(attributes);
    }

    public enum Kind {
        CONTAINER("container"),
        IMAGE("image"),
        VOLUME("volume"),
        NETWORK("network"),
        PLUGIN("plugin"),
        DAEMON("daemon");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}
