package dev.gantry.cli;

import java.io.IOException;
import java.io.UncheckedIOException;

/// The caller's output takes no more: `gantry ps | head -1`. Ends the command without words, as a broken pipe does.
public final class OutputClosed extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    public OutputClosed(IOException cause) {
        super(cause);
    }
}
