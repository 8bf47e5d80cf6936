package dev.gantry.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import org.jspecify.annotations.Nullable;

/// What somebody writes, on a thread of its own, while it is read here. What fails there fails here.
public final class Piping extends PipedInputStream {
    private static final int AHEAD = 1 << 18;

    private volatile @Nullable IOException failure;

    @FunctionalInterface
    public interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private Piping() {
        super(AHEAD);
    }

    public static InputStream of(Writing writing) {
        var piping = new Piping();
        try {
            var out = new PipedOutputStream(piping);
            Thread.ofPlatform().name("piping").daemon().start(() -> piping.run(writing, out));
        } catch (IOException e) {
            throw new IllegalStateException("a new pipe has no end yet", e);
        }
        return piping;
    }

    private void run(Writing writing, PipedOutputStream out) {
        try (out) {
            try {
                writing.to(out);
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException e) { // what came so far is not all of it
                failure = new IOException(e.getMessage(), e);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    @Override
    public synchronized int read() throws IOException {
        return checked(super.read());
    }

    @Override
    public synchronized int read(byte[] bytes, int from, int length) throws IOException {
        return checked(super.read(bytes, from, length));
    }

    private int checked(int n) throws IOException {
        IOException failed = failure;
        if (n < 0 && failed != null) {
            throw failed;
        }
        return n;
    }
}
