package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Receives and answers datagrams of sockets that were made elsewhere, in memory that is used again for
/// each. Never waits. One thread at a time. recvfrom(2), sendto(2), <sys/socket.h>.
public final class Datagrams implements AutoCloseable {
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int ADDRESS = 128; // struct sockaddr_storage

    private final Kernel kernel = Kernel.host();
    private final Arena memory = Arena.ofConfined();
    private final MemorySegment buffer;
    private final MemorySegment address = memory.allocate(ADDRESS, 8);
    private final MemorySegment addressLength = memory.allocate(4, 4);

    /// Datagrams of up to `capacity` bytes; longer ones are cut. The thread that makes it is the one to
    /// use it.
    public Datagrams(int capacity) {
        buffer = memory.allocate(capacity, 8);
    }

    /// Copies the next datagram into `into` and answers its length; -1 when there is none. An error the
    /// socket had to report counts as none.
    public int receive(Fd socket, byte[] into) {
        addressLength.set(JAVA_INT, 0, ADDRESS);
        long rc;
        try (Arena arena = Arena.ofConfined()) {
            rc = kernel.call(
                    arena,
                    Sys.RECVFROM,
                    socket.number(),
                    buffer.address(),
                    Math.min(buffer.byteSize(), into.length),
                    MSG_DONTWAIT,
                    address.address(),
                    addressLength.address());
        }
        if (rc < 0) {
            return -1;
        }
        MemorySegment.copy(buffer, JAVA_BYTE, 0, into, 0, (int) rc);
        return (int) rc;
    }

    /// Who sent what was received last, as the kernel writes it; for [ServerSockets#sendTo] later.
    public byte[] sender() {
        return address.asSlice(0, Math.clamp(addressLength.get(JAVA_INT, 0), 0, ADDRESS))
                .toArray(JAVA_BYTE);
    }

    /// Answers the sender of what was received last. A datagram that cannot be sent is lost, as datagrams
    /// are.
    public void reply(Fd socket, byte[] from, int length) {
        MemorySegment.copy(from, 0, buffer, JAVA_BYTE, 0, length);
        try (Arena arena = Arena.ofConfined()) {
            kernel.call(
                    arena,
                    Sys.SENDTO,
                    socket.number(),
                    buffer.address(),
                    length,
                    MSG_DONTWAIT | MSG_NOSIGNAL,
                    address.address(),
                    addressLength.get(JAVA_INT, 0));
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
