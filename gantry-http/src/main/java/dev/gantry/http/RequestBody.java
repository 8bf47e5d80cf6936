package dev.gantry.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Bytes from the client, filled by the event loop and read by one virtual thread. It holds little: above the mark
/// the socket is not read, so a client cannot send faster than the reader takes.
final class RequestBody extends InputStream {
    private static final int ENOUGH = 256 << 10;
    private static final long SETTLE_NANOS = 100_000_000;

    /// Guards all fields below; held only for the moves in memory.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();
    private final Runnable readMore;
    private @Nullable Runnable beforeFirstRead;
    private int held;
    private boolean starved = true;
    private boolean ended;
    private boolean closed;
    private @Nullable String broken;

    /// `readMore` asks the socket for more; `beforeFirstRead` is for clients that wait to be invited (`100 Continue`).
    RequestBody(Runnable readMore, @Nullable Runnable beforeFirstRead) {
        this.readMore = readMore;
        this.beforeFirstRead = beforeFirstRead;
    }

    /// Takes the buffer over. Event loop only.
    void offer(ByteBuf bytes) {
        lock.lock();
        try {
            if (closed || !bytes.isReadable()) {
                bytes.release();
                return;
            }
            queue.add(bytes);
            held += bytes.readableBytes();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Whether the socket should be read on right away; if not, the reader asks when it needs more.
    boolean wantsMore() {
        lock.lock();
        try {
            starved = !ended && held < ENOUGH;
            return starved;
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The client broke off: what came before can still be read, then reads fail.
    void fail(String why) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                broken = why;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Discards the rest of a short body, and says whether its end has come. A long one, or one that the client holds
    /// back, is not waited for.
    boolean settle() {
        long deadline = System.nanoTime() + SETTLE_NANOS;
        int discarded = 0;
        lock.lock();
        try {
            while (broken == null && beforeFirstRead == null && discarded < ENOUGH) {
                for (ByteBuf bytes : queue) {
                    discarded += bytes.readableBytes();
                    bytes.release();
                }
                queue.clear();
                held = 0;
                long left = deadline - System.nanoTime();
                if (ended || left <= 0) {
                    return ended;
                }
                if (!starved) {
                    starved = true;
                    readMore.run();
                }
                changed.awaitNanos(left);
            }
            return ended && broken == null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    boolean complete() {
        lock.lock();
        try {
            return ended && broken == null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        Runnable first = beforeFirstRead;
        if (first != null) {
            beforeFirstRead = null;
            first.run();
        }
        boolean ask = false;
        int count;
        lock.lock();
        try {
            while (queue.isEmpty()) {
                if (closed) {
                    throw new IOException("the stream is closed");
                }
                if (broken != null) {
                    throw new IOException(broken);
                }
                if (ended) {
                    return -1;
                }
                if (!starved) {
                    starved = true;
                    readMore.run();
                }
                changed.await();
            }
            ByteBuf head = queue.element();
            count = Math.min(length, head.readableBytes());
            head.readBytes(target, offset, count);
            held -= count;
            if (!head.isReadable()) {
                queue.remove().release();
            }
            if (!starved && !ended && held < ENOUGH / 2) {
                starved = true;
                ask = true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the client");
        } finally {
            lock.unlock();
        }
        if (ask) {
            readMore.run();
        }
        return count;
    }

    @Override
    public int available() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets what was not read, and all that still comes.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            queue.forEach(ByteBuf::release);
            queue.clear();
            held = 0;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
