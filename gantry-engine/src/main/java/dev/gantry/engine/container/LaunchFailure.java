package dev.gantry.engine.container;

/// The cause of an exception that says a start or an exec failed: which step of the plan, and the kernel's answer. Only
/// [Stage#CHDIR] and [Stage#EXEC] are about the user's program; a door may speak its own words for these.
public final class LaunchFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Stage stage;
    private final String step;
    private final String errno;

    public enum Stage {
        /// Anything before the program: the engine's or the host's matter.
        SETUP,
        CHDIR,
        EXEC
    }

    /// `step` such as `exec /bin/nope (step 41 of 41)`; `errno` such as `ENOENT`.
    public LaunchFailure(Stage stage, String step, String errno, String detail) {
        super(step + ": " + errno + (detail.isEmpty() ? "" : ": " + detail));
        this.stage = stage;
        this.step = step;
        this.errno = errno;
    }

    public Stage stage() {
        return stage;
    }

    public String step() {
        return step;
    }

    public String errno() {
        return errno;
    }
}
