package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Moves bytes between connections in memory that is used again for each. Never waits. One thread at a time, the one
/// that makes it. socket(7), connect(2), shutdown(2).
public final class Streams implements AutoCloseable {
    /// The other side has ended its direction.
    public static final int END = 0;

    /// There is nothing, or no room, now.
    public static final int LATER = -1;

    /// The connection is broken.
    public static final int GONE = -2;

    private static final int SOCK_NONBLOCK = 0x800;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SHUT_WR = 1;

    private final Kernel kernel = Kernel.host();
    private final Arena memory = Arena.ofConfined();
    private final MemorySegment buffer;

    public Streams(int capacity) {
        buffer = memory.allocate(capacity, 8);
    }

    /// A socket of this type (`SOCK_STREAM`, `SOCK_DGRAM`) on its way to `address`, a [SocketAddresses]: what is sent
    /// before it is there is to be sent later. connect(2), EINPROGRESS.
    public Fd connect(int type, byte[] address) {
        SocketCalls sockets = new SocketCalls(kernel);
        Fd socket = sockets.open(address[0], type | SOCK_NONBLOCK, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment where = arena.allocate(address.length, 8);
            MemorySegment.copy(address, 0, where, JAVA_BYTE, 0, address.length);
            long rc = kernel.call(arena, Sys.CONNECT, socket.number(), where.address(), address.length, 0, 0, 0);
            if (rc < 0 && rc != -Errno.EINPROGRESS.number()) {
                socket.close();
                throw LinuxError.of(Sys.CONNECT, socket.toString(), rc);
            }
            return socket;
        }
    }

    /// What is there of one into the memory: how much, or [#END], [#LATER], [#GONE].
    public int receive(Fd from) {
        return call(Sys.RECVFROM, from, 0, buffer.byteSize(), MSG_DONTWAIT);
    }

    /// What was received last, from `start` up to `end`, as far as there is room; or [#LATER], [#GONE].
    public int send(Fd to, int start, int end) {
        return call(Sys.SENDTO, to, start, end - start, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    private int call(Sys sys, Fd socket, int start, long length, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, sys, socket.number(), buffer.address() + start, length, flags, 0, 0);
            boolean later = rc == -Errno.EAGAIN.number() || rc == -Errno.EINTR.number();
            return rc >= 0 ? (int) rc : later ? LATER : GONE;
        }
    }

    /// A copy of what was received last, to be sent when there is room.
    public byte[] copy(int start, int end) {
        return buffer.asSlice(start, end - start).toArray(JAVA_BYTE);
    }

    /// No more will be sent to it.
    public void end(Fd to) {
        try (Arena arena = Arena.ofConfined()) {
            // It may be gone, which its own events tell.
            kernel.call(arena, Sys.SHUTDOWN, to.number(), SHUT_WR, 0, 0, 0, 0);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
