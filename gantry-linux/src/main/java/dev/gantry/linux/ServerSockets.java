package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;

/// What a server does with sockets that were made elsewhere, besides receiving. From any thread.
/// accept4(2), sendto(2), <sys/socket.h>, <poll.h>.
public final class ServerSockets {
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final short POLLOUT = 4;
    private static final int SOCKADDR_STORAGE = 128; // <bits/socket.h>

    private static final int F_GETFL = 3; // <fcntl.h>
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;

    private final Kernel kernel = Kernel.host();

    /// Connections may come to a bound stream socket from now on. listen(2).
    public void listen(Fd socket, int backlog) {
        try (Arena arena = Arena.ofConfined()) {
            check(Sys.LISTEN, socket, kernel.call(arena, Sys.LISTEN, socket.number(), backlog, 0, 0, 0, 0));
        }
    }

    /// Calls on this descriptor, and on every duplicate of it, no longer wait. fcntl(2).
    public void dontWait(Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            long flags = kernel.call(arena, Sys.FCNTL, socket.number(), F_GETFL, 0, 0, 0, 0);
            check(Sys.FCNTL, socket, flags);
            long rc = kernel.call(arena, Sys.FCNTL, socket.number(), F_SETFL, flags | O_NONBLOCK, 0, 0, 0);
            check(Sys.FCNTL, socket, rc);
        }
    }

    /// The next connection of a listener; empty when there is none, or the client is gone already. Waits
    /// only if nothing is there and the listener is one that waits: ask [EventPoll] first.
    public Optional<Fd> accept(Fd listener) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.ACCEPT4, listener.number(), 0, 0, SOCK_CLOEXEC, 0, 0);
            return rc < 0 ? Optional.empty() : Optional.of(Fd.own(kernel, (int) rc));
        }
    }

    /// A connection, and whose: an address of [SocketAddresses].
    public record Accepted(Fd connection, byte[] from) {}

    /// As [#accept], with the address of who connected.
    public Optional<Accepted> acceptFrom(Fd listener) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(SOCKADDR_STORAGE, 8);
            MemorySegment size = arena.allocateFrom(JAVA_INT, SOCKADDR_STORAGE);
            long rc = kernel.call(
                    arena, Sys.ACCEPT4, listener.number(), from.address(), size.address(), SOCK_CLOEXEC, 0, 0);
            return rc < 0
                    ? Optional.empty()
                    : Optional.of(new Accepted(
                            Fd.own(kernel, (int) rc),
                            from.asSlice(0, size.get(JAVA_INT, 0)).toArray(JAVA_BYTE)));
        }
    }

    /// A datagram to `to`, an address as [Datagrams#sender] gave it. One that cannot be sent now is lost.
    public void sendTo(Fd socket, byte[] message, byte[] to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment where = copy(arena, to, 0);
            long from = copy(arena, message, 0).address();
            int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
            kernel.call(arena, Sys.SENDTO, socket.number(), from, message.length, flags, where.address(), to.length);
        }
    }

    /// As much of it into a stream, from `start` on, as there is room for, without waiting; -1 when the other side is
    /// gone.
    public int trySend(Fd stream, byte[] bytes, int start) {
        try (Arena arena = Arena.ofConfined()) {
            long from = copy(arena, bytes, start).address();
            int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
            long rc = kernel.call(arena, Sys.SENDTO, stream.number(), from, bytes.length - start, flags, 0, 0);
            boolean later = rc == -Errno.EAGAIN.number() || rc == -Errno.EINTR.number();
            return rc >= 0 ? (int) rc : later ? 0 : -1;
        }
    }

    /// All of it into a stream; false when the other side takes too long, or is gone.
    public boolean write(Fd stream, byte[] bytes, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        int sent = 0;
        while (sent < bytes.length) {
            try (Arena arena = Arena.ofConfined()) {
                long from = copy(arena, bytes, sent).address();
                int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
                long rc = kernel.call(arena, Sys.SENDTO, stream.number(), from, bytes.length - sent, flags, 0, 0);
                if (rc >= 0) {
                    sent += (int) rc;
                } else if (rc != -Errno.EINTR.number()
                        && (rc != -Errno.EAGAIN.number() || !writable(arena, stream, end - System.nanoTime()))) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean writable(Arena arena, Fd stream, long nanos) {
        if (nanos <= 0) {
            return false;
        }
        MemorySegment poll = arena.allocate(8, 8); // struct pollfd
        poll.set(JAVA_INT, 0, stream.number());
        poll.set(JAVA_SHORT, 4, POLLOUT);
        MemorySegment time = arena.allocate(16, 8); // struct timespec
        time.set(JAVA_LONG, 0, nanos / 1_000_000_000);
        time.set(JAVA_LONG, 8, nanos % 1_000_000_000);
        return kernel.call(arena, Sys.POLL, poll.address(), 1, time.address(), 0, 8, 0) > 0;
    }

    private static void check(Sys sys, Fd socket, long rc) {
        if (rc < 0) {
            throw LinuxError.of(sys, socket.toString(), rc);
        }
    }

    private static MemorySegment copy(Arena arena, byte[] bytes, int start) {
        MemorySegment memory = arena.allocate(Math.max(1, bytes.length - start), 8);
        MemorySegment.copy(bytes, start, memory, JAVA_BYTE, 0, bytes.length - start);
        return memory;
    }
}
