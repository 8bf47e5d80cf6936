package dev.gantry.engine.container;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/// Whoever takes or sends a stream of bytes may be slow, but not still for ever, for something is kept for it: a step
/// that makes no progress for too long is interrupted and fails. For the thread that makes one.
public final class Stalls implements AutoCloseable {
    /// So much at a time is a step.
    private static final int PIECE = 1 << 16;

    /// With a client that takes or sends nothing at all.
    public static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Duration patience;
    private final Thread worker = Thread.currentThread();
    private final Thread watch;

    // Guarded by this.
    private boolean waiting;
    private long since;
    private boolean stalled;

    public Stalls(Duration patience) {
        this.patience = patience;
        this.watch = Thread.startVirtualThread(this::watch);
    }

    public OutputStream over(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; done += PIECE) {
                    int from = offset + done;
                    int count = Math.min(PIECE, length - done);
                    step(() -> {
                        out.write(bytes, from, count);
                        return count;
                    });
                }
            }

            @Override
            public void flush() throws IOException {
                step(() -> {
                    out.flush();
                    return 0;
                });
            }
        };
    }

    public InputStream over(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                return step(in::read);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return step(() -> in.read(bytes, offset, length));
            }
        };
    }

    @FunctionalInterface
    private interface Step {
        int run() throws IOException;
    }

    private int step(Step step) throws IOException {
        begun();
        try {
            return step.run();
        } catch (IOException e) {
            if (hasStalled()) {
                throw new IOException("nothing went through for " + patience.toSeconds() + " s", e);
            }
            throw e;
        } finally {
            ended();
        }
    }

    private synchronized void begun() {
        waiting = true;
        since = System.nanoTime();
    }

    /// The interruption was for this step alone.
    private synchronized void ended() {
        waiting = false;
        if (stalled) {
            Thread.interrupted();
        }
    }

    private synchronized boolean hasStalled() {
        return stalled;
    }

    private void watch() {
        try {
            Duration left = patience;
            while (left.isPositive()) {
                Thread.sleep(left);
                left = left();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// Of the step that is under way; nothing is left when it was interrupted.
    private synchronized Duration left() {
        if (!waiting) {
            return patience;
        }
        Duration left = patience.minusNanos(System.nanoTime() - since);
        if (!left.isPositive()) {
            stalled = true;
            worker.interrupt();
        }
        return left;
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
