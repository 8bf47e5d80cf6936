package dev.gantry.engine.rootless;

import java.io.IOException;

/// The host did not do what was asked.
public final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /// What the host's kernel meant.
    public enum Reason {
        IN_USE,
        FORBIDDEN,
        NO_SUCH_ADDRESS,
        NO_SUCH_FAMILY,
        OTHER;

        /// <errno.h>, <asm-generic/errno.h>
        static Reason of(int errno) {
            return switch (errno) {
                case 98 -> IN_USE;
                case 1, 13 -> FORBIDDEN;
                case 99 -> NO_SUCH_ADDRESS;
                case 97 -> NO_SUCH_FAMILY;
                default -> OTHER;
            };
        }
    }

    Refused(int errno, String words) {
        super(words);
        this.reason = Reason.of(errno);
    }

    public Reason reason() {
        return reason;
    }
}
