package dev.gantry.network.dns;

import dev.gantry.linux.Datagrams;
import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// Answers the queries of many containers, each over the two sockets that were bound inside its network
/// namespace and passed up. One platform thread receives and answers what the view knows, over datagrams and
/// connections; what is forwarded waits on virtual threads. Whatever arrives, the server goes on.
///
/// ```java
/// try (var server = DnsServer.start()) {
///     var web = server.serve(udp, tcp, () -> viewOfWeb);
///     web.close();                     // its sockets are closed with it
/// }
/// ```
public final class DnsServer implements AutoCloseable {
    private static final int MOST_DATAGRAM = 4096;
    /// Queries of one socket answered before the next one has its turn.
    private static final int TURN = 64;

    /// Tokens of connections; those of sockets have not this bit, and an odd one is a listener.
    private static final long CONNECTION = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int WAIT_MILLIS = 60_000;
    private static final int SWEEP_MILLIS = 1000;
    private static final int CLOSE_MILLIS = 2000;

    private final EventPoll poll = EventPoll.open();
    private final Forwarder forwarder;
    private final Map<Long, Asker> askers = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final Connections connections;
    private final Thread loop;
    private volatile boolean closed;

    /// A container that is served, until it is closed.
    @FunctionalInterface
    public interface Served extends AutoCloseable {
        @Override
        void close();
    }

    /// @param patience with a connection on which nothing happens
    DnsServer(Forwarder forwarder, Duration patience) {
        this.forwarder = forwarder;
        this.connections = new Connections(poll, forwarder, patience);
        this.loop = Thread.ofPlatform().name("dns").daemon().start(this::run);
    }

    public static DnsServer start() {
        return new DnsServer(Forwarder.usual(), PATIENCE);
    }

    /// Serves over a bound datagram socket and a listening one. `view` is asked for each query, so it is
    /// quick.
    public Served serve(Fd udp, Fd tcp, Supplier<NameView> view) {
        long token = tokens.getAndAdd(4);
        Asker asker = new Asker(token, udp, tcp, view);
        askers.put(token, asker);
        asker.watch(poll);
        return () -> {
            if (askers.remove(token) != null) {
                asker.close(poll);
            }
        };
    }

    private void run() {
        try (Datagrams datagrams = new Datagrams(MOST_DATAGRAM)) {
            byte[] in = new byte[MOST_DATAGRAM];
            byte[] out = new byte[MOST_DATAGRAM];
            int turn = 0;
            while (!closed) {
                for (EventPoll.Ready ready : poll.await(connections.isEmpty() ? WAIT_MILLIS : SWEEP_MILLIS)) {
                    turn = one(ready.token(), datagrams, in, out, turn);
                }
                connections.sweep();
            }
        } finally {
            connections.closeAll();
        }
    }

    /// A bug in the handling of one query is nobody else's concern.
    private int one(long token, Datagrams datagrams, byte[] in, byte[] out, int turn) {
        Asker asker = askers.get(token & ~1L);
        try {
            if ((token & CONNECTION) != 0) {
                connections.event(token, datagrams, in);
            } else if (asker != null && token == asker.token) {
                return datagrams(asker, datagrams, in, out, turn);
            } else if (asker != null) {
                asker.accept().ifPresent(fd -> connections.open(asker, fd, tokens.getAndAdd(4) | CONNECTION));
            }
        } catch (RuntimeException e) {
            System.getLogger("dns").log(System.Logger.Level.WARNING, "event=dns-query-failed", e);
        }
        return turn;
    }

    private int datagrams(Asker asker, Datagrams datagrams, byte[] in, byte[] out, int turn) {
        int next = turn;
        for (int i = 0; i < TURN; i++) {
            int length = asker.receive(datagrams, in);
            if (length < 0) {
                break;
            }
            NameView view = asker.view();
            int answer = Responder.answer(view, in, length, out, true, next++);
            if (answer == Responder.FORWARD && !asker.forwarded.tryAcquire()) {
                answer = Responder.error(in, length, out, Wire.SERVFAIL);
            }
            if (answer > 0) {
                asker.reply(datagrams, out, answer);
            } else if (answer == Responder.FORWARD) {
                forward(asker, view, Arrays.copyOf(in, length), datagrams.sender());
            }
        }
        return next;
    }

    private void forward(Asker asker, NameView view, byte[] query, byte[] sender) {
        Thread.ofVirtual().name("dns-forward").start(() -> {
            try {
                byte[] answer = forwarder.ask(view.upstreams(), query, true);
                Question question = Question.read(query, query.length);
                int room = question == null ? 0 : question.room();
                asker.send(answer.length <= room ? answer : cut(query), sender);
            } finally {
                asker.forwarded.release();
            }
        });
    }

    /// Too long for the one who asked: nothing but a word that there is more, over a connection.
    private static byte[] cut(byte[] query) {
        byte[] out = new byte[query.length + 16];
        int length = Responder.error(query, query.length, out, Wire.NOERROR);
        Wire.put16(out, 2, Wire.u16(out, 2) | Wire.TC);
        return Arrays.copyOf(out, length);
    }

    @Override
    public void close() {
        closed = true;
        poll.wake();
        try {
            loop.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        askers.values().forEach(asker -> asker.close(poll));
        askers.clear();
        poll.close();
    }
}
