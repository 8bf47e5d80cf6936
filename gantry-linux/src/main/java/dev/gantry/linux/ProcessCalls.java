package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/// Processes: who they are, by (pid, start time), and signals through descriptors that cannot name another.
/// <signal.h>, <sys/pidfd.h>, <sys/resource.h>, proc(5).
public final class ProcessCalls {
    private static final int STAT_LIMIT = 8192;
    private static final int START_TIME_FIELD = 22; // proc_pid_stat(5)

    private final Kernel kernel;
    private final FileCalls files;

    ProcessCalls(Kernel kernel) {
        this.kernel = kernel;
        this.files = new FileCalls(kernel);
    }

    /// `RLIMIT_NOFILE`: descriptors. <bits/resource.h>
    public static final int DESCRIPTORS = 7;

    /// A limit of prlimit(2); -1 is `RLIM_INFINITY`.
    public record Limit(long soft, long hard) {}

    public int self() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) kernel.call(arena, Sys.GETPID, 0, 0, 0, 0, 0, 0);
        }
    }

    public int effectiveUid() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) kernel.call(arena, Sys.GETEUID, 0, 0, 0, 0, 0, 0);
        }
    }

    /// A descriptor of the process that has `pid` now. pidfd_open(2).
    public Fd open(int pid) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.PIDFD_OPEN, pid, 0, 0, 0, 0, 0);
            return Fd.own(kernel, (int) check(Sys.PIDFD_OPEN, "pid " + pid, rc));
        }
    }

    /// A descriptor of the process that has `pid` and was started at `startTime`; ESRCH if it is gone, also
    /// when another has its number meanwhile. The order matters: the descriptor first, then the start time
    /// of what it may hold.
    public Fd open(int pid, long startTime) {
        Fd fd = open(pid);
        try {
            OptionalLong now = startTime(pid);
            if (now.isEmpty() || now.getAsLong() != startTime) {
                throw new LinuxError(Sys.PIDFD_OPEN.callName(), "pid " + pid, Errno.ESRCH);
            }
            return fd;
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /// ESRCH when it has ended and was reaped. pidfd_send_signal(2).
    public void signal(Fd process, int signal) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.PIDFD_SEND_SIGNAL, process.number(), signal, 0, 0, 0, 0);
            check(Sys.PIDFD_SEND_SIGNAL, process.toString(), rc);
        }
    }

    /// This process becomes another program, `argv.getFirst()`, under the same id; its threads end, and what it has
    /// open
    /// without close-on-exec goes along. Returns only by a [LinuxError]. execve(2).
    public void become(List<String> argv, List<String> environment) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Memory.cString(arena, argv.getFirst());
            long rc = kernel.call(arena, Sys.EXECVE, path, strings(arena, argv), strings(arena, environment), 0, 0, 0);
            check(Sys.EXECVE, argv.getFirst(), rc);
        }
    }

    /// Pointers to each, and a null one.
    private static long strings(Arena arena, List<String> all) {
        MemorySegment pointers = arena.allocate(JAVA_LONG, all.size() + 1L);
        for (int i = 0; i < all.size(); i++) {
            pointers.setAtIndex(JAVA_LONG, i, Memory.cString(arena, all.get(i)));
        }
        return pointers.address();
    }

    /// By number: only for processes whose number cannot be reused meanwhile, such as one's own children.
    public void kill(int pid, int signal) {
        try (Arena arena = Arena.ofConfined()) {
            check(Sys.KILL, "pid " + pid, kernel.call(arena, Sys.KILL, pid, signal, 0, 0, 0, 0));
        }
    }

    /// When the process was started, in clock ticks after boot; empty when there is none.
    public OptionalLong startTime(int pid) {
        try (Fd fd = files.open(Fd.CWD, "/proc/" + pid + "/stat", OpenFlags.READ, 0, Resolve.ANY)) {
            return OptionalLong.of(startTimeOf(new String(files.readAll(fd, STAT_LIMIT), StandardCharsets.ISO_8859_1)));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ESRCH)) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /// The command in the second field may contain anything, blanks and parentheses too: fields count from
    /// the last `)`.
    static long startTimeOf(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[START_TIME_FIELD - 3]);
    }

    /// Reads a limit of a process; 0 is the caller. `resource` as in <sys/resource.h>.
    public Limit limit(int pid, int resource) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(16, 8); // struct rlimit64
            long rc = kernel.call(arena, Sys.PRLIMIT, pid, resource, 0, limit.address(), 0, 0);
            check(Sys.PRLIMIT, "pid " + pid, rc);
            return new Limit(limit.get(JAVA_LONG, 0), limit.get(JAVA_LONG, 8));
        }
    }

    public void limit(int pid, int resource, Limit wanted) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(16, 8);
            limit.set(JAVA_LONG, 0, wanted.soft());
            limit.set(JAVA_LONG, 8, wanted.hard());
            check(Sys.PRLIMIT, "pid " + pid, kernel.call(arena, Sys.PRLIMIT, pid, resource, limit.address(), 0, 0, 0));
        }
    }

    private static long check(Sys sys, String subject, long rc) {
        if (rc < 0) {
            throw LinuxError.of(sys, subject, rc);
        }
        return rc;
    }
}
