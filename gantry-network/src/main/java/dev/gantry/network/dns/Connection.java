package dev.gantry.network.dns;

import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import dev.gantry.linux.ServerSockets;
import java.time.Duration;
import java.util.Arrays;

/// One client's connection (RFC 7766): queries, each with its length before it, answered in turn. While one is
/// forwarded, or its answer finds no room, no further one is read. All of it happens on the thread of the server, but
/// for [#answered].
final class Connection {
    private static final int MOST_QUERIES = 100;
    private static final int LENGTH = 2;
    private static final byte[] NOTHING = {};

    final Asker asker;
    private final Fd fd;
    private final long token;
    private final EventPoll poll;
    private final Duration patience;
    private final ServerSockets sockets = new ServerSockets();

    /// Guarded by this object, as is what follows.
    private byte[] in = new byte[512];

    private int have;
    private byte[] out = NOTHING;
    private int sent;
    private int queries;
    private boolean forwarding;
    private boolean again;
    private boolean over;

    /// Counts from the begin, or the last answer: who sends single bytes gains no time.
    private long deadline;

    /// @param patience with a client that says nothing, or does not take its answer
    Connection(Asker asker, Fd fd, long token, EventPoll poll, Duration patience) {
        this.asker = asker;
        this.fd = fd;
        this.token = token;
        this.poll = poll;
        this.patience = patience;
        this.deadline = System.nanoTime() + patience.toNanos();
        poll.add(fd, token);
    }

    /// What an event is for: to write what found no room. Whether there is room for more queries.
    synchronized boolean resume() {
        if (forwarding) {
            // Nothing was asked for, so that the client is gone.
            over = true;
        }
        again = false;
        flush();
        return !over && sent == out.length;
    }

    Fd fd() {
        return fd;
    }

    /// More of what the client sends; none at its end.
    synchronized void take(byte[] bytes, int length) {
        over |= length == 0;
        if (in.length < have + length) {
            in = Arrays.copyOf(in, Math.max(2 * in.length, have + length));
        }
        System.arraycopy(bytes, 0, in, have, length);
        have += length;
    }

    /// The next whole query, which is to be answered before there is another one; empty when there is none yet.
    synchronized byte[] next() {
        if (forwarding || sent < out.length || have < LENGTH) {
            return NOTHING;
        }
        int length = Wire.u16(in, 0);
        if (length < Question.HEADER || queries == MOST_QUERIES) {
            over = true;
            return NOTHING;
        }
        if (have < LENGTH + length) {
            return NOTHING;
        }
        byte[] query = Arrays.copyOfRange(in, LENGTH, LENGTH + length);
        have -= LENGTH + length;
        System.arraycopy(in, LENGTH + length, in, 0, have);
        queries++;
        return query;
    }

    synchronized int queries() {
        return queries;
    }

    synchronized void answer(byte[] message, int length) {
        out = new byte[LENGTH + length];
        Wire.put16(out, 0, length);
        System.arraycopy(message, 0, out, LENGTH, length);
        sent = 0;
        deadline = System.nanoTime() + patience.toNanos();
        flush();
    }

    /// The answer comes from another thread, by [#answered].
    synchronized void forward() {
        forwarding = true;
        listen();
    }

    /// From any thread.
    synchronized void answered(byte[] message) {
        forwarding = false;
        if (!over) {
            // There may be queries that were read already, of which no event tells.
            again = true;
            answer(message, message.length);
        }
    }

    synchronized void end() {
        over = true;
    }

    private void flush() {
        if (!over && sent < out.length) {
            int more = sockets.trySend(fd, out, sent);
            over = more < 0;
            sent += Math.max(0, more);
        }
        if (!over) {
            listen();
        }
    }

    private void listen() {
        boolean full = sent < out.length;
        poll.change(fd, token, !full && !forwarding, full || again);
    }

    synchronized boolean isOver(long now) {
        return over || asker.isClosed() || (!forwarding && now > deadline);
    }

    synchronized boolean isIdle() {
        return !forwarding;
    }

    synchronized void close() {
        over = true;
        poll.remove(fd);
        fd.close();
    }
}
