package dev.gantry.engine.container;

/// `lossless`: the container waits when this attacher is slow, instead of the attacher being cut. `replay`: first what
/// was written before, from the log.
public record AttachRequest(boolean stdin, boolean stdout, boolean stderr, boolean lossless, boolean replay) {
    /// All three streams of a foreground run.
    public static final AttachRequest FOREGROUND = new AttachRequest(true, true, true, true, false);

    /// What it writes, nothing in.
    public static final AttachRequest OUTPUT = new AttachRequest(false, true, true, false, false);
}
