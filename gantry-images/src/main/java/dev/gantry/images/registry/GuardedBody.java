package dev.gantry.images.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Ends a body that stays silent for too long: the client of the JDK itself would wait for ever.
public final class GuardedBody extends FilterInputStream {
    private final Duration idle;
    private volatile long waitingSince;
    private volatile boolean waiting;
    private volatile boolean closed;
    private volatile boolean silent;
    private final Thread guard;

    public GuardedBody(InputStream body, Duration idle) {
        super(body);
        this.idle = idle;
        this.guard = Thread.ofVirtual().start(this::watch);
    }

    private void watch() {
        try {
            while (!closed) {
                Thread.sleep(Duration.ofMillis(Math.max(1, idle.toMillis() / 4)));
                if (waiting && System.nanoTime() - waitingSince > idle.toNanos()) {
                    silent = true;
                    in.close();
                    return;
                }
            }
        } catch (InterruptedException | IOException _) {
            // Closed, or closing failed: either way the reader learns it by itself.
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        waitingSince = System.nanoTime();
        waiting = true;
        try {
            int n = super.read(bytes, from, length);
            if (!silent) {
                return n;
            }
        } catch (IOException e) {
            if (!silent) {
                throw e;
            }
        } finally {
            waiting = false;
        }
        throw new IOException("no byte came for " + idle.toSeconds() + " s");
    }

    @Override
    public void close() throws IOException {
        closed = true;
        guard.interrupt();
        super.close();
    }
}
