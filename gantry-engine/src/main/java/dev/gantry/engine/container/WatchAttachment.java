package dev.gantry.engine.container;

import dev.gantry.runtime.watch.AttachOptions;
import dev.gantry.runtime.watch.LogPosition;
import dev.gantry.runtime.watch.StreamEnd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// The attachment of a watch, in the words of this module.
public final class WatchAttachment implements Attachment {
    private final dev.gantry.runtime.watch.Attachment held;
    private final boolean tty;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    public WatchAttachment(dev.gantry.runtime.watch.Attachment held, boolean tty, Runnable onClose) {
        this.held = held;
        this.tty = tty;
        this.onClose = onClose;
    }

    public static AttachOptions options(AttachRequest what, boolean stdin, Path log) {
        AttachOptions options =
                new AttachOptions(stdin, what.stdout(), what.stderr(), what.lossless(), Optional.empty(), 0);
        return what.replay()
                ? options.withReplayFrom(new LogPosition(RotatedLog.at(log).oldestPlain(), 0))
                : options;
    }

    @Override
    public boolean tty() {
        return tty;
    }

    @Override
    public boolean hasStdin() {
        return held.ownsStdin();
    }

    @Override
    public End pump(Sink sink) throws IOException {
        StreamEnd end = held.pump(new dev.gantry.runtime.watch.Attachment.Sink() {
            @Override
            public void out(ByteBuffer bytes) throws IOException {
                sink.out(bytes);
            }

            @Override
            public void err(ByteBuffer bytes) throws IOException {
                sink.err(bytes);
            }
        });
        return new End(
                switch (end.reason()) {
                    case COMPLETE -> Reason.DONE;
                    case TOO_SLOW -> Reason.TOO_SLOW;
                    case GENERATION_GONE -> Reason.GONE;
                    case DETACHED -> Reason.DETACHED;
                    case LOST -> Reason.LOST;
                },
                end.words());
    }

    @Override
    public OutputStream stdin() {
        return held.stdin();
    }

    @Override
    public void detach() {
        held.detach();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            held.close();
            onClose.run();
        }
    }
}
