package dev.gantry.linux.netlink;

import dev.gantry.linux.Errno;
import dev.gantry.linux.LinuxError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The answers to one send: all wait until one deadline. Once the kernel dropped some, those that are there
/// are still read, and no others are waited for.
final class Inbox {
    private final Wire wire;
    private final Duration timeout;
    private final Message request;
    private final long deadline;
    private boolean lost;

    Inbox(Wire wire, Duration timeout, Message request) {
        this.wire = wire;
        this.timeout = timeout;
        this.request = request;
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    boolean lost() {
        return lost;
    }

    List<Message> await() {
        while (true) {
            try {
                long left = lost ? 0 : Math.max(0, deadline - System.nanoTime());
                List<Message> received = wire.receive(Duration.ofNanos(left));
                if (received.isEmpty()) {
                    throw lost
                            ? new NetlinkError(request.what(), Errno.ENOBUFS, "the kernel dropped its answer")
                            : new NetlinkError(request.what(), Errno.ETIMEDOUT, "no answer in " + timeout);
                }
                return received;
            } catch (LinuxError e) {
                overrun(e);
            }
        }
    }

    /// What is there already.
    List<Message> drain() {
        List<Message> all = new ArrayList<>();
        while (System.nanoTime() < deadline) {
            try {
                List<Message> received = wire.receive(Duration.ZERO);
                if (received.isEmpty()) {
                    break;
                }
                all.addAll(received);
            } catch (LinuxError e) {
                overrun(e);
            }
        }
        return all;
    }

    private void overrun(LinuxError e) {
        if (!e.is(Errno.ENOBUFS)) {
            throw e;
        }
        lost = true;
    }
}
