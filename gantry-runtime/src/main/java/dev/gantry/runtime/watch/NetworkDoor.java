package dev.gantry.runtime.watch;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A connection to a watch that brings descriptors, which the channels of the JDK would drop. The watch answers at once
/// or not at all, so that a call holds its carrier thread for microseconds. One thread at a time.
///
/// ```java
/// try (NetworkDoor door = watch.networkDoor()) {
///     NetworkDoor.Network inside = door.network();        // the caller's to close
/// }
/// ```
public final class NetworkDoor implements AutoCloseable {
    /// Reaches into a network namespace: its descriptor, and an rtnetlink and a netfilter socket opened inside it.
    public record Network(Fd namespace, Fd route, Fd netfilter) implements AutoCloseable {
        @Override
        public void close() {
            netfilter.close();
            route.close();
            namespace.close();
        }
    }

    /// The sockets of the name server, bound inside to 127.0.0.11: one for datagrams, and a listener.
    public record Resolver(Fd udp, Fd tcp) implements AutoCloseable {
        @Override
        public void close() {
            tcp.close();
            udp.close();
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int NETWORK = 1;
    private static final int RESOLVER = 2;
    private static final int MOST_DESCRIPTORS = 5;
    private static final int ESRCH = 3; // <errno.h>
    private static final int ENOENT = 2;

    private final Path dir;
    private final Linux linux = Linux.host();
    private final Fd socket;
    private byte[] unread = {};
    private long watchPid;
    private final List<Fd> received = new ArrayList<>();

    private NetworkDoor(Path dir, Fd socket) {
        this.dir = dir;
        this.socket = socket;
    }

    static NetworkDoor open(Path dir) {
        NetworkDoor door;
        try {
            door = new NetworkDoor(
                    dir, Linux.host().sockets().connectUnix(dir.resolve("s").toString()));
        } catch (LinuxError e) {
            throw new Unavailable(
                    "connect to the watch of " + dir,
                    "it does not answer (" + e.getMessage() + ")",
                    "look at its exit record",
                    e);
        }
        try {
            door.send(FrameChannel.frame(
                    Frame.HELLO, Payload.of(2).putShort((short) Frame.VERSION).array()));
            ByteBuffer greeting = door.next(Frame.HELLO);
            greeting.getShort();
            door.watchPid = Integer.toUnsignedLong(greeting.getInt());
            return door;
        } catch (RuntimeException e) {
            door.close();
            throw e;
        }
    }

    /// Of the watch, which holds the namespace from its handover to the container's end.
    public long watchPid() {
        return watchPid;
    }

    /// Descriptors of the container's network, opened for this call. [Conflict] when it has ended, or handed over none.
    public Network network() {
        List<Fd> fds = ask(NETWORK, 3);
        return new Network(fds.get(0), fds.get(1), fds.get(2));
    }

    /// Duplicates of the sockets that the watch holds.
    public Resolver resolver() {
        List<Fd> fds = ask(RESOLVER, 2);
        return new Resolver(fds.get(0), fds.get(1));
    }

    private List<Fd> ask(int what, int count) {
        send(FrameChannel.frame(Frame.NETWORK, Payload.of(4).putInt(what).array()));
        next(Frame.SOCKETS);
        if (received.size() != count) {
            dropReceived();
            throw new IllegalStateException("the watch of " + dir + " sent another number of descriptors than asked");
        }
        List<Fd> fds = List.copyOf(received);
        received.clear();
        return fds;
    }

    private void send(ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        try {
            if (linux.sockets().send(socket, bytes) != bytes.length) {
                throw new IllegalStateException("a socket with room took a part of a few bytes");
            }
        } catch (LinuxError e) {
            throw gone(String.valueOf(e.getMessage()));
        }
    }

    /// Reads the next frame, which is of this type or an error.
    private ByteBuffer next(int type) {
        fill(Frame.HEADER);
        ByteBuffer head = ByteBuffer.wrap(unread).order(ByteOrder.LITTLE_ENDIAN);
        int size = head.getInt();
        int got = head.getShort() & 0xffff;
        if (size < 0 || size > Frame.MAX) {
            throw gone("a malformed frame");
        }
        fill(Frame.HEADER + size);
        ByteBuffer payload = ByteBuffer.wrap(unread, Frame.HEADER, size).order(ByteOrder.LITTLE_ENDIAN);
        byte[] rest = new byte[unread.length - Frame.HEADER - size];
        System.arraycopy(unread, Frame.HEADER + size, rest, 0, rest.length);
        unread = rest;
        if (got == Frame.ERROR) {
            throw refused(payload);
        }
        if (got != type) {
            throw gone("another answer than was asked for");
        }
        return payload;
    }

    private RuntimeException refused(ByteBuffer payload) {
        String what = "reach the network of the container of " + dir;
        try {
            int errno = payload.getInt();
            String words = Payload.string(payload);
            return errno == ESRCH || errno == ENOENT
                    ? new Conflict(what, words, "start it first, with a network")
                    : new Internal(what, words + " (errno " + errno + ")", "report this");
        } catch (IOException e) {
            return gone(String.valueOf(e.getMessage()));
        }
    }

    private void fill(int need) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(unread);
        while (bytes.size() < need) {
            try {
                if (!linux.sockets().readable(socket, Duration.ofNanos(deadline - System.nanoTime()))) {
                    throw gone("no answer for " + LIMIT);
                }
                var more = linux.sockets().receivePassed(socket, 4096, MOST_DESCRIPTORS);
                received.addAll(more.descriptors());
                if (more.bytes().length == 0) {
                    throw gone("it closed the connection");
                }
                bytes.writeBytes(more.bytes());
            } catch (LinuxError e) {
                throw gone(String.valueOf(e.getMessage()));
            }
        }
        unread = bytes.toByteArray();
    }

    private Unavailable gone(String why) {
        return new Unavailable(
                "reach the network of the container of " + dir,
                "the watch does not answer (" + why + ")",
                "look at its exit record");
    }

    private void dropReceived() {
        received.forEach(Fd::close);
        received.clear();
    }

    @Override
    public void close() {
        dropReceived();
        socket.close();
    }
}
