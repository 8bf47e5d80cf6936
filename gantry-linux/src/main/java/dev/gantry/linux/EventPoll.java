package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Waits on many descriptors at once, of which few are ready at a time. Waiting belongs on a platform
/// thread; adding and removing may happen on any. epoll(7), <sys/epoll.h>.
public final class EventPoll implements AutoCloseable {
    private static final int EPOLL_CLOEXEC = 0x80000; // O_CLOEXEC too
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int EPOLLIN = 1; // the end of a pipe is told without being asked for
    private static final int EPOLLOUT = 4;
    private static final int EPOLLERR = 8; // told without being asked for
    private static final int BATCH = 64;

    /// `struct epoll_event`: u32 events, u64 data; packed on x86-64 only.
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    private static final int DATA = ARM ? 8 : 4;
    private static final int SIZE = ARM ? 16 : 12;

    private final Kernel kernel;
    private final Fd poll;

    /// Nobody's token: that of the pipe which [#wake] writes to.
    private static final long WAKE = -1;

    private final Fd wakeReader;
    private final Fd wakeWriter;

    private EventPoll(Kernel kernel, Fd poll, Fd wakeReader, Fd wakeWriter) {
        this.kernel = kernel;
        this.poll = poll;
        this.wakeReader = wakeReader;
        this.wakeWriter = wakeWriter;
    }

    public static EventPoll open() {
        Kernel kernel = Kernel.host();
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.EPOLL_CREATE, EPOLL_CLOEXEC, 0, 0, 0, 0, 0);
            Fd poll = Fd.own(kernel, (int) check(Sys.EPOLL_CREATE, "", rc));
            try {
                MemorySegment ends = arena.allocate(8, 4);
                check(Sys.PIPE2, "", kernel.call(arena, Sys.PIPE2, ends.address(), EPOLL_CLOEXEC, 0, 0, 0, 0));
                Fd reader = Fd.own(kernel, ends.get(JAVA_INT, 0));
                EventPoll made = new EventPoll(kernel, poll, reader, Fd.own(kernel, ends.get(JAVA_INT, 4)));
                made.add(reader, WAKE);
                return made;
            } catch (RuntimeException e) {
                poll.close();
                throw e;
            }
        }
    }

    /// Ends the waiting of [#await], now and ever after: for the end of a server.
    public void wake() {
        wakeWriter.close();
    }

    /// From now on [#await] tells `token` when there is something to read, as long as there is.
    public void add(Fd fd, long token) {
        control(EPOLL_CTL_ADD, fd, token, EPOLLIN);
    }

    /// From now on `token` is told for what is asked here. That the other side is gone is told in any case.
    public void change(Fd fd, long token, boolean toRead, boolean toWrite) {
        control(EPOLL_CTL_MOD, fd, token, (toRead ? EPOLLIN : 0) | (toWrite ? EPOLLOUT : 0));
    }

    public void remove(Fd fd) {
        control(EPOLL_CTL_DEL, fd, 0, 0);
    }

    private void control(int operation, Fd fd, long token, int events) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(16, 8);
            event.set(JAVA_INT, 0, events);
            event.set(JAVA_LONG_UNALIGNED, DATA, token);
            long rc = kernel.call(arena, Sys.EPOLL_CTL, poll.number(), operation, fd.number(), event.address(), 0, 0);
            check(Sys.EPOLL_CTL, fd.toString(), rc);
        }
    }

    /// What is ready, and whether there was an error.
    public record Ready(long token, boolean error) {}

    /// All that is ready, with the token -1 after [#wake]; nothing when the time is over or a signal came.
    public List<Ready> await(int timeoutMillis) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) BATCH * SIZE, 8);
            long rc = kernel.call(arena, Sys.EPOLL_WAIT, poll.number(), events.address(), BATCH, timeoutMillis, 0, 8);
            if (rc == -Errno.EINTR.number()) {
                return List.of();
            }
            var ready = new ArrayList<Ready>();
            for (long at = 0; at < check(Sys.EPOLL_WAIT, poll.toString(), rc) * SIZE; at += SIZE) {
                boolean error = (events.get(JAVA_INT_UNALIGNED, at) & EPOLLERR) != 0;
                ready.add(new Ready(events.get(JAVA_LONG_UNALIGNED, at + DATA), error));
            }
            return ready;
        }
    }

    @Override
    public void close() {
        wakeWriter.close();
        wakeReader.close();
        poll.close();
    }

    private static long check(Sys sys, String subject, long rc) {
        if (rc < 0) {
            throw LinuxError.of(sys, subject, rc);
        }
        return rc;
    }
}
