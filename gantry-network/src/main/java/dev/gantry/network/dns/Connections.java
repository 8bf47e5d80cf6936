package dev.gantry.network.dns;

import dev.gantry.linux.Datagrams;
import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// The connections of all clients, on the thread of the server. A client that is slow costs nobody else anything, and
/// one that has too many loses those of its own that were silent the longest.
final class Connections {
    private static final int MOST_PER_CLIENT = 32;
    private static final int MOST_MESSAGE = 65_535;
    private static final long SWEEP = 1_000_000_000;

    private final EventPoll poll;
    private final Forwarder forwarder;
    private final Duration patience;
    private final byte[] out = new byte[MOST_MESSAGE];

    /// Who was heard of last is at the end.
    private final SequencedMap<Long, Connection> all = new LinkedHashMap<>();

    private long swept = System.nanoTime();

    Connections(EventPoll poll, Forwarder forwarder, Duration patience) {
        this.poll = poll;
        this.forwarder = forwarder;
        this.patience = patience;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    void open(Asker asker, Fd fd, long token) {
        List<Map.Entry<Long, Connection>> own = new ArrayList<>();
        all.sequencedEntrySet().stream()
                .filter(e -> e.getValue().asker == asker)
                .forEach(own::add);
        if (own.size() >= MOST_PER_CLIENT) {
            Optional<Long> silent = own.stream()
                    .filter(e -> e.getValue().isIdle())
                    .map(Map.Entry::getKey)
                    .findFirst();
            if (silent.isEmpty()) {
                fd.close();
                return;
            }
            close(silent.get());
        }
        all.put(token, new Connection(asker, fd, token, poll, patience));
    }

    /// Something happened to the connection of this token, if there is one.
    void event(long token, Datagrams memory, byte[] in) {
        Connection c = all.remove(token);
        if (c == null) {
            return;
        }
        all.put(token, c);
        if (c.resume()) {
            int length = memory.receive(c.fd(), in);
            if (length >= 0) {
                c.take(in, length);
            }
            for (byte[] query = c.next(); query.length > 0; query = c.next()) {
                answer(c, query);
            }
        }
        if (c.isOver(System.nanoTime())) {
            close(token);
        }
    }

    private void answer(Connection c, byte[] query) {
        NameView view = c.asker.view();
        int size = Responder.answer(view, query, query.length, out, false, c.queries());
        if (size == Responder.FORWARD && !c.asker.forwarded.tryAcquire()) {
            size = Responder.error(query, query.length, out, Wire.SERVFAIL);
        }
        if (size == Responder.FORWARD) {
            c.forward();
            Thread.ofVirtual().name("dns-forward").start(() -> {
                try {
                    c.answered(forwarder.ask(view.upstreams(), query, false));
                } finally {
                    c.asker.forwarded.release();
                }
            });
        } else if (size == Responder.DROP) {
            c.end();
        } else {
            c.answer(out, size);
        }
    }

    /// Ends what was silent for too long, or whose client is served no more.
    void sweep() {
        long now = System.nanoTime();
        if (now - swept > SWEEP) {
            swept = now;
            all.entrySet().stream()
                    .filter(e -> e.getValue().isOver(now))
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(this::close);
        }
    }

    private void close(long token) {
        Connection c = all.remove(token);
        if (c != null) {
            c.close();
        }
    }

    void closeAll() {
        List.copyOf(all.keySet()).forEach(this::close);
    }
}
