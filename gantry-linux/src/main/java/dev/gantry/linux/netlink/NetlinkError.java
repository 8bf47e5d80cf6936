package dev.gantry.linux.netlink;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;

/// A netlink request failed: which, the errno of its acknowledgement, and the words the kernel added, which
/// are empty when it had none. Bytes that are no netlink message are EBADMSG. Callers who know for whom they
/// worked turn it into one of the kinds with [#during].
public final class NetlinkError extends RuntimeException {
    private final String request;
    private final Errno errno;
    private final String words;

    public NetlinkError(String request, Errno errno, String words) {
        super(request + ": " + errno + (words.isEmpty() ? "" : ": " + words));
        this.request = request;
        this.errno = errno;
        this.words = words;
    }

    /// Bytes that claim what cannot be.
    static NetlinkError malformed(String words) {
        return new NetlinkError("read netlink message", Errno.EBADMSG, words);
    }

    /// What was asked of the kernel: `create link br0`.
    public String request() {
        return request;
    }

    public Errno errno() {
        return errno;
    }

    /// The kernel's own explanation, `NLMSGERR_ATTR_MSG` of netlink(7), or an empty string.
    public String words() {
        return words;
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
        String why = request + ": " + errno.words() + (words.isEmpty() ? "" : " (" + words + ")");
        return switch (errno.name()) {
            case "ENOENT", "ESRCH", "ENODEV", "EADDRNOTAVAIL" ->
                new NotFound(what, why, "check that the interface, table or rule still exists", this);
            case "EPERM", "EACCES" ->
                new Forbidden(what, why, "run with CAP_NET_ADMIN over this network namespace", this);
            case "EEXIST", "EBUSY", "EADDRINUSE", "ERESTART" ->
                new Conflict(what, why, "remove the other user of it, or choose another name or address", this);
            case "EINVAL", "ERANGE", "EMSGSIZE", "ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "ELOOP", "EMLINK" ->
                new InvalidArgument(what, why, "check names, addresses and options", this);
            case "EOPNOTSUPP", "EPROTONOSUPPORT", "EAFNOSUPPORT", "ENOSYS" ->
                new Unsupported(what, why, "use a kernel that has this feature, or do without it", this);
            case "ENOMEM", "ENOBUFS", "ENFILE", "EMFILE", "ETIMEDOUT", "EAGAIN", "EINTR" ->
                new Unavailable(what, why, "try again with fewer things running", this);
            default -> new Internal(what, why, "look at the kernel's log", this);
        };
    }
}
