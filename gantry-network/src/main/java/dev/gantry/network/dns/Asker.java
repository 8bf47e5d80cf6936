package dev.gantry.network.dns;

import dev.gantry.linux.Datagrams;
import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import dev.gantry.linux.ServerSockets;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// One container that asks: its two sockets, its view, and how much of the server it may use at a time,
/// so that one container's flood is not the others' silence.
final class Asker {
    private static final int MOST_FORWARDED = 128;

    final long token;
    final Semaphore forwarded = new Semaphore(MOST_FORWARDED);
    private final Supplier<NameView> view;
    private final ServerSockets sockets = new ServerSockets();
    private final Fd udp;
    private final Fd tcp;
    /// Guards the descriptors against being closed in the middle of a call: their numbers may be
    /// another's then.
    private final ReentrantLock lock = new ReentrantLock();

    private volatile boolean closed;

    Asker(long token, Fd udp, Fd tcp, Supplier<NameView> view) {
        this.token = token;
        this.udp = udp;
        this.tcp = tcp;
        this.view = view;
    }

    NameView view() {
        return view.get();
    }

    void watch(EventPoll poll) {
        sockets.dontWait(tcp);
        poll.add(udp, token);
        poll.add(tcp, token + 1);
    }

    boolean isClosed() {
        return closed;
    }

    int receive(Datagrams datagrams, byte[] into) {
        lock.lock();
        try {
            return closed ? -1 : datagrams.receive(udp, into);
        } finally {
            lock.unlock();
        }
    }

    void reply(Datagrams datagrams, byte[] answer, int length) {
        lock.lock();
        try {
            if (!closed) {
                datagrams.reply(udp, answer, length);
            }
        } finally {
            lock.unlock();
        }
    }

    void send(byte[] answer, byte[] to) {
        lock.lock();
        try {
            if (!closed) {
                sockets.sendTo(udp, answer, to);
            }
        } finally {
            lock.unlock();
        }
    }

    Optional<Fd> accept() {
        lock.lock();
        try {
            return closed ? Optional.empty() : sockets.accept(tcp);
        } finally {
            lock.unlock();
        }
    }

    void close(EventPoll poll) {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                poll.remove(udp);
                poll.remove(tcp);
                udp.close();
                tcp.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
