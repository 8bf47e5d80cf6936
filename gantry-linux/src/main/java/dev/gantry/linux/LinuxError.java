package dev.gantry.linux;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;

/// A system call said no: which call, about what, and the errno of that very call. Callers who know what
/// they were doing for whom turn it into one of the kinds with [#during].
public final class LinuxError extends RuntimeException {
    private final String call;
    private final String subject;
    private final Errno errno;

    public LinuxError(String call, String subject, Errno errno) {
        super(call + " " + subject + ": " + errno);
        this.call = call;
        this.subject = subject;
        this.errno = errno;
    }

    static LinuxError of(Sys sys, String subject, long negativeErrno) {
        return new LinuxError(sys.callName(), subject, new Errno((int) -negativeErrno));
    }

    public String call() {
        return call;
    }

    public String subject() {
        return subject;
    }

    public Errno errno() {
        return errno;
    }

    public boolean is(Errno... candidates) {
        for (Errno e : candidates) {
            if (e.number() == errno.number()) {
                return true;
            }
        }
        return false;
    }

    /// The error of the kind the errno stands for, with `what` as the thing that failed.
    public GantryException during(String what) {
        String why = call + " " + subject + ": " + errno.words();
        return switch (errno.name()) {
            case "ENOENT", "ESRCH" -> new NotFound(what, why, "check that it exists", this);
            case "EPERM", "EACCES", "EROFS" ->
                new Forbidden(what, why, "run as a user who may, or change the permissions", this);
            case "EEXIST", "EBUSY", "ENOTEMPTY", "ETXTBSY" ->
                new Conflict(what, why, "wait for the other user of it, or remove it", this);
            case "EINVAL", "EFBIG", "ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR", "EXDEV" ->
                new InvalidArgument(what, why, "check the path", this);
            case "ENOSPC", "EDQUOT" -> new Unavailable(what, why, "free space and try again", this);
            case "EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "ENOLCK" ->
                new Unavailable(what, why, "try again with fewer things running", this);
            case "ENOSYS", "EOPNOTSUPP" -> new Unsupported(what, why, "use a newer kernel or another filesystem", this);
            default -> new Internal(what, why, "look at the kernel's log", this);
        };
    }
}
