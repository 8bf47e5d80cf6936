package dev.gantry.network.driver;

import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
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

    private boolean closed;

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

    /// Waits until the links of those are gone, which are looked after at once.
    synchronized void sweep(Collection<EndpointId> ended) {
        long now = System.nanoTime();
        ended.forEach(id -> due.putFirst(id, now));
        notifyAll();
        long deadline = now + SWEEP_TAKES.toNanos();
        try {
            while (!closed && ended.stream().anyMatch(id -> due.containsKey(id) || id.equals(reaping))) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return; // it goes on by itself
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void reaped() {
        reaping = null;
        notifyAll();
    }

    /// An interface of this endpoint will be made again.
    synchronized void keep(EndpointId endpoint) {
        due.remove(endpoint);
    }

    private void run() {
        try {
            while (true) {
                int link = next();
                if (link < 0) {
                    return;
                }
                if (link > 0) {
                    // By index: another one may have the name by now.
                    socket.attempt(List.of(LinkRequest.index(link).delete()));
                }
                reaped();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The index of a link to delete; 0 when it has gone by itself, -1 at the end.
    private synchronized int next() throws InterruptedException {
        while (!closed) {
            Map.Entry<EndpointId, Long> first = due.isEmpty() ? null : due.firstEntry();
            long wait = first == null ? Long.MAX_VALUE : first.getValue() - System.nanoTime();
            if (first != null && wait <= 0) {
                due.remove(first.getKey());
                reaping = first.getKey();
                return find(first.getKey());
            }
            wait(first == null ? 0 : wait / 1_000_000 + 1);
        }
        return -1;
    }

    private int find(EndpointId endpoint) {
        try {
            return new Rtnetlink(socket)
                    .link(Instance.hostInterface(endpoint))
                    .filter(LinkMark.of(instance, endpoint)::isOn)
                    .map(dev.gantry.linux.netlink.route.Link::index)
                    .orElse(0);
        } catch (RuntimeException e) {
            System.getLogger("network").log(System.Logger.Level.WARNING, "event=link-not-released", e);
            return 0;
        }
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
