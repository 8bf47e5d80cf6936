package dev.gantry.runtime.watch;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/// Frames over a Unix socket. One thread may read while others write; writers take turns, whole frames each.
final class FrameChannel implements Closeable {
    private static final int BUFFER = 128 << 10;

    private final SocketChannel socket;
    /// Guards the order of bytes written.
    private final ReentrantLock writing = new ReentrantLock();

    private ByteBuffer in = buffer(4 << 10);
    private int type;
    private boolean bulk;

    /// The last read had no room for more.
    private boolean crowded;

    private FrameChannel(SocketChannel socket) {
        this.socket = socket;
        in.flip();
    }

    static FrameChannel connect(Path path) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(path));
            return new FrameChannel(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// A stream may come, for which the buffer grows as it comes; the first one is for a few small frames, and for
    /// the many streams that are silent.
    void expectBulk() {
        bulk = true;
    }

    /// Sends frames back to back; `frames` are (type, payload) in turn as made by [#frame].
    void send(ByteBuffer... frames) throws IOException {
        long left = 0;
        for (ByteBuffer frame : frames) {
            left += frame.remaining();
        }
        writing.lock();
        try {
            while (left > 0) {
                left -= socket.write(frames);
            }
        } finally {
            writing.unlock();
        }
    }

    static ByteBuffer frame(int type, byte[] payload) {
        return frame(type, payload, 0, payload.length);
    }

    static ByteBuffer frame(int type, byte[] payload, int offset, int length) {
        ByteBuffer out = Payload.of(Frame.HEADER + length);
        out.putInt(length).putShort((short) type).putShort((short) 0).put(payload, offset, length);
        return out.flip();
    }

    /// Reads the next frame. The payload is valid until the next call; [#type] says what it is. [EOFException] at a
    /// proper end between two frames.
    ByteBuffer next() throws IOException {
        fill(Frame.HEADER);
        int size = in.getInt();
        type = in.getShort() & 0xffff;
        int zero = in.getShort();
        if (size < 0 || size > Frame.MAX || zero != 0) {
            throw new IOException("malformed frame: type " + type + " of " + (size & 0xffffffffL) + " bytes");
        }
        fill(size);
        ByteBuffer payload = in.slice(in.position(), size).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + size);
        return payload;
    }

    int type() {
        return type;
    }

    private void fill(int need) throws IOException {
        if (in.remaining() >= need) {
            return;
        }
        boolean between = !in.hasRemaining() && need == Frame.HEADER;
        if (in.capacity() < need || (crowded && in.capacity() < BUFFER)) {
            grow(Math.max(need, crowded ? 4 * in.capacity() : 0));
        } else if (in.capacity() - in.position() < need) {
            in.compact().flip();
        }
        while (in.remaining() < need) {
            int position = in.position();
            int limit = in.limit();
            if (position == limit) {
                position = 0;
                limit = 0;
            }
            in.limit(in.capacity()).position(limit);
            int n;
            try {
                n = socket.read(in);
                crowded = bulk && !in.hasRemaining();
            } finally {
                in.limit(in.position()).position(position);
            }
            if (n < 0) {
                throw between ? new EOFException("the watch closed the connection") : new IOException("torn frame");
            }
            between = false;
        }
    }

    private void grow(int capacity) {
        in = buffer(Math.max(capacity, Math.min(2 * in.capacity(), BUFFER)))
                .put(in)
                .flip();
    }

    private static ByteBuffer buffer(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
