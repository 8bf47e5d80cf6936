package dev.gantry.engine.exec;

import dev.gantry.engine.container.Attachment;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The beginning of what a process writes; the rest is taken and forgotten.
final class BoundedOutput implements Attachment.Sink {
    private final int limit;

    /// Guarded by this object.
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    private boolean cut;

    BoundedOutput(int limit) {
        this.limit = limit;
    }

    @Override
    public void out(ByteBuffer bytes) {
        add(bytes);
    }

    @Override
    public void err(ByteBuffer bytes) {
        add(bytes);
    }

    private synchronized void add(ByteBuffer bytes) {
        int room = Math.min(limit - kept.size(), bytes.remaining());
        byte[] more = new byte[room];
        bytes.get(more);
        kept.writeBytes(more);
        cut |= bytes.hasRemaining();
        bytes.position(bytes.limit());
    }

    /// With three dots at the end when there was more.
    synchronized String text() {
        return kept.toString(StandardCharsets.UTF_8) + (cut ? "..." : "");
    }
}
