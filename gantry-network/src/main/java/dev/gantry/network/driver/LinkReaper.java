package dev.gantry.network.driver;

import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Ack;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Sees to it that the host's ends of ended containers go. They go by themselves with the container's
/// namespace, as soon as nobody holds it any more; and who deletes one waits for the whole kernel to have
/// forgotten it (20 ms), so that nobody should who has other things to do. One platform thread, one socket.
final class LinkReaper implements AutoCloseable {
    private static final Duration BY_ITSELF = Duration.ofSeconds(1);
    private static final Duration SWEEP_TAKES = Duration.ofSeconds(5);

    private final Instance instance;
    private final NetlinkSocket socket;
    private final Thread thread;

    /// When to look after each. Guarded by this object, as is the question whether a link there is is the one
    /// that was meant: [#keep] is called before another of that name is made.
    private final SequencedMap<EndpointId, Long> due = new LinkedHashMap<>();

    /// The one whose link is being deleted. Guarded by this object.
    private @Nullable EndpointId reaping;

    /// Those whose link could not be deleted, until it is tried again. Guarded by this object.
    private final Set<EndpointId> left = new HashSet<>();

    private boolean closed;

    /// A link by its index, for another one may have its name by now; 0: it has gone by itself.
    private record Doomed(EndpointId endpoint, int link) {}

    LinkReaper(Instance instance, NetlinkSocket socket) {
        this.instance = instance;
        this.socket = socket;
        this.thread = Thread.ofPlatform().name("network-reaper").daemon().start(this::run);
    }

    synchronized void release(Collection<EndpointId> ended) {
        long when = System.nanoTime() + BY_ITSELF.toNanos();
        ended.forEach(id -> due.put(id, when));
        notifyAll();
    }

    /// Waits until the links of those are gone, which are looked after at once; false when one may not be.
    synchronized boolean sweep(Collection<EndpointId> ended) {
        long now = System.nanoTime();
        left.removeAll(Set.copyOf(ended));
        ended.forEach(id -> due.putFirst(id, now));
        notifyAll();
        long deadline = now + SWEEP_TAKES.toNanos();
        try {
            while (!closed && ended.stream().anyMatch(id -> due.containsKey(id) || id.equals(reaping))) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false; // it goes on by itself
                }
                wait(millis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !closed && ended.stream().noneMatch(left::contains);
    }

    /// The same without a wait: what failed is looked after again, and the answer is of what there is now.
    synchronized boolean isSwept(Collection<EndpointId> ended) {
        for (EndpointId id : ended) {
            if (left.remove(id)) {
                due.putFirst(id, System.nanoTime());
                notifyAll();
            }
        }
        return !closed && ended.stream().noneMatch(id -> due.containsKey(id) || id.equals(reaping));
    }

    private synchronized void reaped(EndpointId endpoint, boolean gone) {
        reaping = null;
        if (!gone) {
            left.add(endpoint);
        }
        notifyAll();
    }

    /// An interface of this endpoint will be made again.
    synchronized void keep(EndpointId endpoint) {
        due.remove(endpoint);
        left.remove(endpoint);
    }

    private void run() {
        try {
            for (Doomed next = next(); next != null; next = next()) {
                boolean gone = false;
                try {
                    gone = next.link() == 0 || delete(next.link());
                } catch (RuntimeException e) {
                    warn(e); // the others are looked after all the same
                } finally {
                    reaped(next.endpoint(), gone);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean delete(int link) {
        Ack ack = socket.attempt(List.of(LinkRequest.index(link).delete())).getFirst();
        boolean gone = ack.done() || ack.errno().equals(Errno.ENODEV);
        if (!gone) {
            warn(ack.error());
        }
        return gone;
    }

    /// Null at the end.
    private synchronized @Nullable Doomed next() throws InterruptedException {
        while (!closed) {
            Map.Entry<EndpointId, Long> first = due.isEmpty() ? null : due.firstEntry();
            long wait = first == null ? Long.MAX_VALUE : first.getValue() - System.nanoTime();
            if (first != null && wait <= 0) {
                EndpointId endpoint = first.getKey();
                due.remove(endpoint);
                reaping = endpoint;
                try {
                    return new Doomed(endpoint, find(endpoint));
                } catch (RuntimeException e) {
                    warn(e);
                    reaped(endpoint, false);
                }
            } else {
                wait(first == null ? 0 : wait / 1_000_000 + 1);
            }
        }
        return null;
    }

    private int find(EndpointId endpoint) {
        return new Rtnetlink(socket)
                .link(Instance.hostInterface(endpoint))
                .filter(LinkMark.of(instance, endpoint)::isOn)
                .map(dev.gantry.linux.netlink.route.Link::index)
                .orElse(0);
    }

    private static void warn(RuntimeException e) {
        System.getLogger("network").log(System.Logger.Level.WARNING, "event=link-not-released", e);
    }

    /// What is left then is found by the next engine.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        socket.close();
    }
}
