package dev.gantry.linux.netlink;

import dev.gantry.linux.Errno;
import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.SocketCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;

/// Datagrams of messages to the kernel and from it. netlink(7).
final class Wire implements AutoCloseable {
    /// `struct sockaddr_nl`: u16 family, u16 nothing, u32 port, u32 groups.
    private static final int ADDRESS_SIZE = 12;

    /// Below the send buffer that a socket has by default.
    private static final int PLAIN_SEND = 1 << 16;

    /// The kernel fills a datagram of a dump up to 32 KiB, and more only when one object is larger.
    private static final int CAPACITY = 1 << 16;

    /// How many datagrams of other processes are passed over before the kernel's is given up.
    private static final int STRANGERS = 1000;

    private final SocketCalls sockets;
    private final Fd fd;

    Wire(SocketCalls sockets, Fd fd) {
        this.sockets = sockets;
        this.fd = fd;
    }

    /// Sets an option of the level `SOL_NETLINK`.
    void option(int name, int value) {
        sockets.option(fd, NetlinkHeader.SOL_NETLINK, name, value);
    }

    Fd namespace() {
        return sockets.namespace(fd);
    }

    /// To an address that the kernel chooses, unless it has one.
    void bind() {
        if (port() == 0) {
            ByteBuffer address = ByteBuffer.allocate(ADDRESS_SIZE).order(ByteOrder.nativeOrder());
            sockets.bind(fd, address.putShort((short) NetlinkHeader.AF_NETLINK).array());
        }
    }

    void watch(EventPoll poll, long token) {
        poll.add(fd, token);
    }

    /// 0 as long as it has no address.
    int port() {
        return ByteBuffer.wrap(sockets.name(fd)).order(ByteOrder.nativeOrder()).getInt(4);
    }

    /// One datagram from the kernel, empty when none came in time.
    List<Message> receive(Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        for (int i = 0; i < STRANGERS; i++) {
            try {
                var received = sockets.receive(fd, CAPACITY, NetlinkHeader.MSG_TRUNC | NetlinkHeader.MSG_DONTWAIT);
                if (received.length() > CAPACITY) {
                    throw NetlinkError.malformed("a datagram has " + received.length() + " bytes");
                }
                if (isFromKernel(received.sender()) && received.length() > 0) {
                    return Message.decode(received.bytes());
                }
            } catch (LinuxError e) {
                if (!e.is(Errno.EAGAIN)) {
                    throw e;
                }
                long left = end - System.nanoTime();
                if (left <= 0 || !sockets.readable(fd, Duration.ofNanos(left))) {
                    return List.of();
                }
            }
        }
        return List.of();
    }

    /// Other processes may send to a netlink socket too; the kernel's port is 0.
    private static boolean isFromKernel(byte[] sender) {
        return sender.length >= ADDRESS_SIZE
                && ByteBuffer.wrap(sender).order(ByteOrder.nativeOrder()).getInt(4) == 0;
    }

    void send(byte[] bytes) {
        if (bytes.length > PLAIN_SEND) {
            widen(bytes.length);
        }
        sockets.send(fd, bytes);
    }

    /// A netlink message has to fit into the send buffer. Beyond the limit of the host if that is permitted;
    /// otherwise the send itself says that it is too long.
    private void widen(int length) {
        try {
            sockets.option(fd, NetlinkHeader.SOL_SOCKET, NetlinkHeader.SO_SNDBUFFORCE, length * 2);
        } catch (LinuxError e) {
            if (!e.is(Errno.EPERM)) {
                throw e;
            }
            sockets.option(fd, NetlinkHeader.SOL_SOCKET, NetlinkHeader.SO_SNDBUF, length * 2);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
