package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Sockets that the JDK does not speak, by descriptor, and descriptors received over Unix ones. Addresses
/// are the bytes of the family's `struct sockaddr_*`. <sys/socket.h>, <sys/un.h>, <poll.h>.
public final class SocketCalls {
    static final int AF_UNIX = 1;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SCM_RIGHTS = 1;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CTRUNC = 0x8;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    static final short POLLIN = 1;

    /// `struct sockaddr_un`: u16 family, then the path with its NUL.
    static final int SUN_PATH_SIZE = 108;

    /// `struct msghdr`: name, u32 its length, iov, count, control, its length, flags.
    static final int MSGHDR_SIZE = 56;

    /// `struct cmsghdr`: u64 length with itself, u32 level, u32 type; the data follows.
    static final int CMSGHDR_SIZE = 16;

    /// The most descriptors the kernel passes in one message: `SCM_MAX_FD` of its <net/scm.h>.
    private static final int SCM_MAX_FD = 253;

    private static final int ADDRESS_SIZE = 128; // struct sockaddr_storage
    private static final int SIOCGSKNS = 0x894c; // <linux/sockios.h>
    private static final int SIOCOUTQ = 0x5411; // <linux/sockios.h>

    private final Kernel kernel;

    SocketCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /// A datagram, or a piece of a stream: its bytes as far as they had room, how many there were when
    /// `MSG_TRUNC` asked for it, and the address of the sender.
    public record Received(byte[] bytes, int length, byte[] sender) {}

    /// Bytes, and the descriptors that came with them, which belong to the receiver.
    public record Passed(byte[] bytes, List<Fd> descriptors) {}

    /// Close-on-exec. socket(2).
    public Fd open(int family, int type, int protocol) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.SOCKET, family, type | SOCK_CLOEXEC, protocol, 0, 0, 0);
            return Fd.own(kernel, (int) check(Sys.SOCKET, "of family " + family, rc));
        }
    }

    /// A stream connected to the Unix socket at `path`. unix(7).
    public Fd connectUnix(String path) {
        return connectUnix(path, SOCK_STREAM);
    }

    /// How many bytes of what was sent the other end of a connected Unix socket has not read yet; none when it is
    /// closed. The descriptor is another library's, and stays so. unix(7), SIOCOUTQ.
    public int unreadByPeer(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            long rc = kernel.call(arena, Sys.IOCTL, descriptor, SIOCOUTQ, count.address(), 0, 0, 0);
            return rc < 0 ? 0 : count.get(JAVA_INT, 0);
        }
    }

    /// Datagrams to the Unix socket at `path`. unix(7).
    public Fd connectUnixDatagrams(String path) {
        return connectUnix(path, SOCK_DGRAM);
    }

    private Fd connectUnix(String path, int type) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= SUN_PATH_SIZE) {
            throw new LinuxError(Sys.CONNECT.callName(), path, Errno.ENAMETOOLONG);
        }
        Fd socket = open(AF_UNIX, type, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2L + SUN_PATH_SIZE, 2);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
            // A name of the abstract space is as long as it is said to be, unix(7).
            long size = name.length > 0 && name[0] == 0 ? 2L + name.length : address.byteSize();
            check(Sys.CONNECT, path, retry(arena, Sys.CONNECT, socket, address.address(), size, 0, 0, 0));
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// bind(2).
    public void bind(Fd socket, byte[] address) {
        try (Arena arena = Arena.ofConfined()) {
            long memory = copy(arena, address).address();
            check(Sys.BIND, socket.toString(), retry(arena, Sys.BIND, socket, memory, address.length, 0, 0, 0));
        }
    }

    /// The address the socket is bound to. getsockname(2).
    public byte[] name(Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_SIZE, 8);
            MemorySegment size = arena.allocateFrom(JAVA_INT, ADDRESS_SIZE);
            long rc = retry(arena, Sys.GETSOCKNAME, socket, address.address(), size.address(), 0, 0, 0);
            check(Sys.GETSOCKNAME, socket.toString(), rc);
            return address.asSlice(0, size.get(JAVA_INT, 0)).toArray(JAVA_BYTE);
        }
    }

    /// Sets an option whose value is an `int`. setsockopt(2).
    public void option(Fd socket, int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocateFrom(JAVA_INT, value).address();
            check(Sys.SETSOCKOPT, "option " + name, retry(arena, Sys.SETSOCKOPT, socket, level, name, memory, 4, 0));
        }
    }

    /// Sends one datagram, or as much of a stream as there is room for, to whom the socket speaks. sendto(2).
    public int send(Fd socket, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            long memory = copy(arena, bytes).address();
            long rc = retry(arena, Sys.SENDTO, socket, memory, bytes.length, 0, 0, 0);
            return (int) check(Sys.SENDTO, socket.toString(), rc);
        }
    }

    /// Sends one datagram to whom the socket speaks. False: there is no room for it now. sendto(2).
    public boolean offer(Fd socket, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            long memory = copy(arena, bytes).address();
            long flags = MSG_DONTWAIT | MSG_NOSIGNAL;
            long rc = retry(arena, Sys.SENDTO, socket, memory, bytes.length, flags, 0, 0);
            if (rc == -Errno.EAGAIN.number() || rc == -Errno.ENOBUFS.number()) {
                return false;
            }
            check(Sys.SENDTO, socket.toString(), rc);
            return true;
        }
    }

    /// Receives one datagram of up to `capacity` bytes, with the `MSG_` flags given. recvfrom(2).
    public Received receive(Fd socket, int capacity, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(capacity, 8);
            MemorySegment sender = arena.allocate(ADDRESS_SIZE, 8);
            MemorySegment senderSize = arena.allocateFrom(JAVA_INT, ADDRESS_SIZE);
            long rc = retry(
                    arena,
                    Sys.RECVFROM,
                    socket,
                    memory.address(),
                    capacity,
                    flags,
                    sender.address(),
                    senderSize.address());
            int length = (int) check(Sys.RECVFROM, socket.toString(), rc);
            return new Received(
                    memory.asSlice(0, Math.min(length, capacity)).toArray(JAVA_BYTE),
                    length,
                    sender.asSlice(0, Math.clamp(senderSize.get(JAVA_INT, 0), 0, ADDRESS_SIZE))
                            .toArray(JAVA_BYTE));
        }
    }

    /// Receives bytes of a Unix stream and the descriptors sent with them, close-on-exec. Empty bytes mean the
    /// other side has closed. Descriptors there was no room for are closed, and EMSGSIZE. cmsg(3).
    public Passed receivePassed(Fd socket, int capacity, int descriptors) {
        if (descriptors < 0 || descriptors > SCM_MAX_FD) {
            throw new IllegalArgumentException("at most " + SCM_MAX_FD + " descriptors: " + descriptors);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(capacity, 8);
            MemorySegment vector = arena.allocate(16, 8); // struct iovec
            vector.set(JAVA_LONG, 0, memory.address());
            vector.set(JAVA_LONG, 8, capacity);
            // Without padding, which would have room for one more.
            MemorySegment control = arena.allocate(CMSGHDR_SIZE + 4L * descriptors, 8);
            MemorySegment header = arena.allocate(MSGHDR_SIZE, 8);
            header.set(JAVA_LONG, 16, vector.address());
            header.set(JAVA_LONG, 24, 1);
            header.set(JAVA_LONG, 32, control.address());
            header.set(JAVA_LONG, 40, control.byteSize());
            long rc = retry(arena, Sys.RECVMSG, socket, header.address(), MSG_CMSG_CLOEXEC, 0, 0, 0);
            int length = (int) check(Sys.RECVMSG, socket.toString(), rc);
            List<Fd> passed = passed(control.asSlice(0, Math.clamp(header.get(JAVA_LONG, 40), 0, control.byteSize())));
            if ((header.get(JAVA_INT, 48) & MSG_CTRUNC) != 0) {
                passed.forEach(Fd::close);
                throw new LinuxError(Sys.RECVMSG.callName(), socket.toString(), Errno.EMSGSIZE);
            }
            return new Passed(memory.asSlice(0, length).toArray(JAVA_BYTE), List.copyOf(passed));
        }
    }

    private List<Fd> passed(MemorySegment control) {
        List<Fd> found = new ArrayList<>();
        long at = 0;
        while (at + CMSGHDR_SIZE <= control.byteSize()) {
            long length = control.get(JAVA_LONG, at);
            if (length < CMSGHDR_SIZE || length > control.byteSize() - at) {
                break;
            }
            if (control.get(JAVA_INT, at + 8) == SOL_SOCKET && control.get(JAVA_INT, at + 12) == SCM_RIGHTS) {
                for (long i = at + CMSGHDR_SIZE; i + 4 <= at + length; i += 4) {
                    found.add(Fd.own(kernel, control.get(JAVA_INT, i)));
                }
            }
            at += (length + 7) & ~7L;
        }
        return found;
    }

    /// Whether there is something to receive, or an error to collect, before `wait` is over. Holds the carrier
    /// thread: long waits belong on a platform thread. ppoll(2).
    public boolean readable(Fd socket, Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 8); // struct pollfd
            MemorySegment time = arena.allocate(16, 8); // struct timespec
            while (true) {
                long left = Math.max(0, end - System.nanoTime());
                poll.set(JAVA_INT, 0, socket.number());
                poll.set(JAVA_SHORT, 4, POLLIN);
                time.set(JAVA_LONG, 0, left / 1_000_000_000);
                time.set(JAVA_LONG, 8, left % 1_000_000_000);
                long rc = kernel.call(arena, Sys.POLL, poll.address(), 1, time.address(), 0, 8, 0);
                if (rc != -Errno.EINTR.number()) {
                    return check(Sys.POLL, socket.toString(), rc) > 0;
                }
            }
        }
    }

    /// The network namespace in which a socket was opened: a descriptor of the caller's, close-on-exec. socket(7).
    public Fd namespace(Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.IOCTL, socket.number(), SIOCGSKNS, 0, 0, 0, 0);
            return Fd.own(kernel, (int) check(Sys.IOCTL, "SIOCGSKNS of " + socket, rc));
        }
    }

    private long retry(Arena arena, Sys sys, Fd fd, long b, long c, long d, long e, long f) {
        while (true) {
            long rc = kernel.call(arena, sys, fd.number(), b, c, d, e, f);
            if (rc != -Errno.EINTR.number()) {
                return rc;
            }
        }
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        MemorySegment memory = arena.allocate(Math.max(bytes.length, 1), 8);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    private static long check(Sys sys, String subject, long rc) {
        if (rc < 0) {
            throw LinuxError.of(sys, subject, rc);
        }
        return rc;
    }
}
