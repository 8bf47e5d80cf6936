package dev.gantry.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Bytes to the client, from blocking code on a virtual thread: a write waits while the client is slow, and fails
/// once it has left. Small writes are collected until `flush`.
final class SocketOutput extends OutputStream {
    private static final int BLOCK = 64 << 10;

    /// Room before a block for the size of a chunk, and behind it for two ends of a line and the end mark.
    private static final int HEAD = 12;

    private static final int TAIL = 8;

    /// Nobody is there to write to.
    static final class ClientLeft extends IOException {
        private static final long serialVersionUID = 1;

        ClientLeft(String why) {
            super(why);
        }
    }

    private final Channel channel;
    private final boolean chunked;
    private final ChannelFutureListener onWritten = future -> {
        if (!future.isSuccess()) {
            fail(String.valueOf(future.cause().getMessage()));
        }
    };

    /// Guards `broken`, and is signalled when the channel becomes writable or inactive.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private @Nullable ByteBuf block;
    private @Nullable String broken;
    private boolean closed;

    /// With `chunked` each block is framed as RFC 9112 §7.1 says; without, the bytes go out as they are.
    SocketOutput(Channel channel, boolean chunked) {
        this.channel = channel;
        this.chunked = chunked;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            ByteBuf target = block;
            if (target == null) {
                checkOpen();
                target = emptyBlock(left);
                block = target;
            }
            int count = Math.min(left, HEAD + BLOCK - target.writerIndex());
            target.writeBytes(source, from, count);
            from += count;
            left -= count;
            if (target.writerIndex() == HEAD + BLOCK) {
                flush();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        ByteBuf full = block;
        block = null;
        if (full == null) {
            checkOpen();
        } else {
            if (chunked) {
                frame(full);
            }
            send(full);
        }
    }

    /// Sends what is left and, when chunked, the end mark, in one piece. The channel stays open.
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (!chunked) {
            flush();
            return;
        }
        ByteBuf last = block;
        block = null;
        if (last == null) {
            last = emptyBlock(0);
        } else {
            frame(last);
        }
        ByteBufUtil.writeAscii(last, "0\r\n\r\n");
        send(last);
    }

    /// Throws away what was not flushed.
    void drop() {
        closed = true;
        if (block != null) {
            block.release();
            block = null;
        }
    }

    void writabilityChanged() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Whether the client cannot be reached any more; the event loop may not have said so yet.
    boolean isBroken() {
        lock.lock();
        try {
            return broken != null || !channel.isActive();
        } finally {
            lock.unlock();
        }
    }

    void fail(String why) {
        lock.lock();
        try {
            if (broken == null) {
                broken = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() throws IOException {
        lock.lock();
        try {
            if (broken != null) {
                throw new ClientLeft("the client has left: " + broken);
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitWritable() throws IOException {
        lock.lock();
        try {
            while (broken == null && channel.isActive() && !channel.isWritable()) {
                changed.await();
            }
            if (broken != null || !channel.isActive()) {
                throw new ClientLeft("the client has left");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while sending to the client");
        } finally {
            lock.unlock();
        }
    }

    private ByteBuf emptyBlock(int expected) {
        int room = Math.min(BLOCK, Math.max(expected, 1024));
        return channel.alloc()
                .directBuffer(HEAD + room + TAIL, HEAD + BLOCK + TAIL)
                .setIndex(HEAD, HEAD);
    }

    /// Puts the chunk's size before the bytes, in the room kept for it, and the line's end behind them.
    private static void frame(ByteBuf full) {
        String size = Integer.toHexString(full.readableBytes());
        int start = HEAD - size.length() - 2;
        for (int i = 0; i < size.length(); i++) {
            full.setByte(start + i, size.charAt(i));
        }
        full.setByte(HEAD - 2, '\r');
        full.setByte(HEAD - 1, '\n');
        full.readerIndex(start);
        ByteBufUtil.writeAscii(full, "\r\n");
    }

    private void send(ByteBuf full) throws IOException {
        try {
            awaitWritable();
        } catch (IOException e) {
            full.release();
            throw e;
        }
        channel.writeAndFlush(full).addListener(onWritten);
    }
}
