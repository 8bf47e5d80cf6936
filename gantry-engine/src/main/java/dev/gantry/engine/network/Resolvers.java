package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.network.address.Ip;
import dev.gantry.network.dns.DnsServer;
import dev.gantry.network.dns.NameView;
import dev.gantry.network.dns.NameViews;
import dev.gantry.network.driver.ResolverSockets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers for names, in each container that asks the engine.
final class Resolvers implements AutoCloseable {
    private final NetworkBook book;
    private final Map<ContainerId, DnsServer.Served> served = new ConcurrentHashMap<>();

    /// Guarded by this object; made for the first container.
    private @Nullable DnsServer server;

    Resolvers(NetworkBook book) {
        this.book = book;
    }

    /// The sockets are closed with the service.
    void serve(ContainerId id, ResolverSockets sockets, List<Ip> upstreams) {
        DnsServer.Served old = served.put(id, server().serve(sockets.udp(), sockets.tcp(), new View(id, upstreams)));
        if (old != null) {
            old.close();
        }
    }

    boolean serves(ContainerId id) {
        return served.containsKey(id);
    }

    void stop(ContainerId id) {
        DnsServer.Served service = served.remove(id);
        if (service != null) {
            service.close();
        }
    }

    private synchronized DnsServer server() {
        DnsServer running = server;
        if (running == null) {
            running = DnsServer.start();
            server = running;
        }
        return running;
    }

    @Override
    public synchronized void close() {
        DnsServer running = server;
        if (running != null) {
            running.close();
        }
    }

    /// What one container sees, computed again when somebody came or went.
    private final class View implements Supplier<NameView> {
        private record Seen(long version, NameView view) {}

        private final ContainerId id;
        private final List<Ip> upstreams;
        private volatile @Nullable Seen seen;

        View(ContainerId id, List<Ip> upstreams) {
            this.id = id;
            this.upstreams = upstreams;
        }

        @Override
        public NameView get() {
            long now = book.version();
            Seen last = seen;
            if (last == null || last.version() != now) {
                NameView view = NameViews.of(book.attachments(id), book.everywhere(), List.of(), upstreams);
                last = new Seen(now, view);
                seen = last;
            }
            return last.view();
        }
    }
}
