package dev.gantry.runtime.watch;

/// What became of a plan.
public sealed interface LaunchOutcome {
    /// The init has executed its program. The two times are of the monotonic clock: when the plan came, and when the
    /// program ran.
    record Started(long pid, long startTime, long launchedNanos, long executedNanos) implements LaunchOutcome {}

    /// A step failed, and what was made has been undone.
    record Failed(int step, int errno, String detail) implements LaunchOutcome {
        /// The value of `step` when it was not a step that failed.
        public static final int NO_STEP = -1;
    }
}
