package dev.gantry.build.shelf;

import java.time.Instant;
import java.util.List;

/// What is kept for builds by who knows what it is, and counts like what is on a shelf.
public interface Besides {
    Besides NOTHING = new Besides() {
        @Override
        public List<Shelf.Row> rows() {
            return List.of();
        }

        @Override
        public List<Shelf.Row> prune(Instant before) {
            return List.of();
        }

        @Override
        public boolean hasGrown() {
            return false;
        }
    };

    List<Shelf.Row> rows();

    /// Takes away what was last used before `before`; what is in use stays. Returns what has gone.
    List<Shelf.Row> prune(Instant before);

    /// Whether there is notably more than when this was asked the last time.
    boolean hasGrown();
}
