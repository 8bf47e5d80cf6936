package dev.gantry.network.relay;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Streams;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One connection of a client, and ours to the container: what arrives on one goes to the other, and so does its end.
/// Nothing more is read than there is room for.
final class Carrier {
    /// So that a fast connection does not keep the others waiting.
    private static final int TURN = 16;

    private final Side client;
    private final Side container;
    private final Watched watched;
    private final Set<Carrier> all;
    private boolean connected;
    private boolean broken;

    /// One of the two, and what is on its way from it to the other.
    private final class Side implements Watched.Listener {
        final Fd fd;
        long token;
        boolean asked;
        boolean deaf;
        byte @Nullable [] rest;
        int at;
        /// Nothing more comes from it, and the other was told so.
        boolean ended;

        Side(Fd fd) {
            this.fd = fd;
        }

        @Override
        public void happened(boolean error, Watched.Tools tools) {
            Carrier.this.happened(this, error, tools);
        }
    }

    /// Takes over both descriptors, and stays among `all` until it is over.
    Carrier(Fd client, Fd container, Watched watched, Set<Carrier> all) {
        this.client = new Side(client);
        this.container = new Side(container);
        this.watched = watched;
        this.all = all;
        all.add(this);
        this.client.token = watched.add(client, this.client);
        this.container.token = watched.add(container, this.container);
        // An end told to a socket on its way would end the way: nothing is read before it is there. shutdown(2)
        watched.change(client, this.client.token, false, false);
        watched.change(container, this.container.token, false, true);
    }

    private void happened(Side side, boolean error, Watched.Tools tools) {
        // Where something was asked for, what is still there comes before the error.
        broken |= error && !side.asked;
        connected |= side == container;
        if (connected) {
            carry(client, container, tools);
            carry(container, client, tools);
        }
        if (broken || (client.ended && container.ended)) {
            close();
        } else if (connected) {
            watch(client, container);
            watch(container, client);
        }
    }

    private void carry(Side from, Side to, Watched.Tools tools) {
        for (int i = 0; i < TURN && !broken && !from.ended; i++) {
            if (from.rest != null && !sendRest(from, from.rest, to, tools)) {
                return;
            }
            int length = tools.streams().receive(from.fd);
            switch (length) {
                case Streams.LATER -> {
                    return;
                }
                case Streams.GONE -> broken = true;
                case Streams.END -> {
                    from.ended = true;
                    tools.streams().end(to.fd);
                }
                default -> send(from, to, length, tools.streams());
            }
        }
    }

    private boolean sendRest(Side from, byte[] rest, Side to, Watched.Tools tools) {
        int sent = tools.sockets().trySend(to.fd, rest, from.at);
        broken |= sent < 0;
        from.at += Math.max(0, sent);
        if (from.at < rest.length) {
            return false;
        }
        from.rest = null;
        return true;
    }

    private void send(Side from, Side to, int length, Streams streams) {
        int sent = 0;
        while (sent < length && !broken) {
            int more = streams.send(to.fd, sent, length);
            if (more == Streams.LATER) {
                from.rest = streams.copy(sent, length);
                from.at = 0;
                return;
            }
            broken = more < 0;
            sent += Math.max(0, more);
        }
    }

    private void watch(Side side, Side other) {
        boolean toRead = side.rest == null && !side.ended;
        boolean toWrite = other.rest != null;
        // Where both directions may be over and nothing is asked for, that would be told for ever.
        boolean deaf = other.ended && !toRead;
        if (deaf && !side.deaf) {
            watched.remove(side.fd, side.token);
        } else if (!deaf) {
            if (side.deaf) {
                side.token = watched.add(side.fd, side);
            }
            watched.change(side.fd, side.token, toRead, toWrite);
        }
        side.asked = toRead || toWrite;
        side.deaf = deaf;
    }

    void close() {
        all.remove(this);
        for (Side side : new Side[] {client, container}) {
            watched.remove(side.fd, side.token);
            side.fd.close();
        }
    }
}
