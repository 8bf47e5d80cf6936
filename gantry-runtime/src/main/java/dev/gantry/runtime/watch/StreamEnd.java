package dev.gantry.runtime.watch;

/// Why an attachment or a follower ended.
public record StreamEnd(Reason reason, String words) {
    public enum Reason {
        /// Everything was sent.
        COMPLETE,
        /// The reader was too slow and has lost bytes.
        TOO_SLOW,
        /// The log rotated away what would have come next.
        GENERATION_GONE,
        /// As asked.
        DETACHED,
        /// The connection broke: the watch died or was killed.
        LOST;

        static Reason ofWire(int reason) {
            return switch (reason) {
                case 0 -> COMPLETE;
                case 1 -> TOO_SLOW;
                case 2 -> GENERATION_GONE;
                case 3 -> DETACHED;
                default -> LOST;
            };
        }
    }
}
