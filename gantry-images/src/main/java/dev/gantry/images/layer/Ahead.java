package dev.gantry.images.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;

/// Reads another stream on a thread of its own, a few chunks ahead of its reader. Closing waits until that
/// thread has let go of the stream; the stream itself stays open.
final class Ahead extends InputStream {
    private static final int CHUNK = 1 << 17;
    private static final int CHUNKS = 8;

    private final InputStream in;
    private final Thread thread;

    // Guarded by this: what was read and not taken yet, what was taken and can be filled again, and how it ended.
    private final Deque<Chunk> full = new ArrayDeque<>();
    private final Deque<byte[]> empty = new ArrayDeque<>();
    private boolean ended;
    private boolean closed;
    private Throwable failure = NONE;

    private static final Throwable NONE = new Throwable("no failure", null, false, false) {};

    // The reader's own.
    private Chunk current = new Chunk(new byte[0], 0);
    private int at;

    private record Chunk(byte[] bytes, int length) {}

    Ahead(InputStream in, String name) {
        this.in = in;
        for (int i = 0; i < CHUNKS; i++) {
            empty.add(new byte[CHUNK]);
        }
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::pump);
        thread.start();
    }

    private void pump() {
        Throwable end = NONE;
        try {
            for (byte[] bytes = takeEmpty(); bytes.length > 0; bytes = takeEmpty()) {
                int n = in.readNBytes(bytes, 0, bytes.length);
                putFull(new Chunk(bytes, n));
                if (n < bytes.length) {
                    break;
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            end = e;
        }
        end(end);
    }

    /// An empty array says that nobody wants more.
    private synchronized byte[] takeEmpty() {
        while (empty.isEmpty() && !closed) {
            if (!waited()) {
                return new byte[0];
            }
        }
        return closed ? new byte[0] : empty.remove();
    }

    private synchronized void putFull(Chunk chunk) {
        full.add(chunk);
        notifyAll();
    }

    private synchronized void end(Throwable how) {
        ended = true;
        failure = how;
        notifyAll();
    }

    private boolean waited() {
        try {
            wait();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        while (at == current.length()) {
            if (!next()) {
                return -1;
            }
        }
        int n = Math.min(length, current.length() - at);
        System.arraycopy(current.bytes(), at, into, from, n);
        at += n;
        return n;
    }

    private synchronized boolean next() throws IOException {
        if (current.bytes().length > 0) {
            empty.add(current.bytes());
            current = new Chunk(new byte[0], 0);
            at = 0;
            notifyAll();
        }
        while (full.isEmpty() && !ended && !closed) {
            if (!waited()) {
                throw new InterruptedIOException("the work was cancelled");
            }
        }
        if (closed) {
            throw new InterruptedIOException("the work was cancelled");
        }
        if (full.isEmpty()) {
            rethrow();
            return false;
        }
        current = full.remove();
        at = 0;
        return true;
    }

    private void rethrow() throws IOException {
        switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> {
                // It ended as streams do.
            }
        }
    }

    /// Whoever reads or waits here gets an error from now on.
    synchronized void stop() {
        closed = true;
        notifyAll();
    }

    @Override
    public void close() {
        stop();
        // The stream may block in a read that only its owner can end: an interrupt reaches channels, not all streams.
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join(20);
                if (thread.isAlive()) {
                    thread.interrupt();
                }
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
