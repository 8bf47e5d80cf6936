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
    private boolean broken;

    /// One of the two, and what is on its way from it to the other.
    private static final class Side {
        final Fd fd;
        final long token;
        byte @Nullable [] rest;
        int at;
        boolean ended;
        boolean told;
        boolean asked = true;
        boolean deaf;

        Side(Fd fd, long token) {
            this.fd = fd;
            this.token = token;
        }
    }

    /// Takes over both descriptors, and stays among `all` until it is over.
    Carrier(Fd client, Fd container, Watched watched, Set<Carrier> all) {
        this.client = new Side(client, watched.add(client, t -> happened(true, t)));
        this.container = new Side(container, watched.add(container, t -> happened(false, t)));
        this.watched = watched;
        this.all = all;
        all.add(this);
    }

    private void happened(boolean toClient, Watched.Tools tools) {
        // Nothing was asked for, so that this side is broken.
        broken |= !(toClient ? client : container).asked;
        carry(client, container, tools);
        carry(container, client, tools);
        if (broken || (client.told && container.told)) {
            close();
            return;
        }
        watch(client, container);
        watch(container, client);
    }

    private void carry(Side from, Side to, Watched.Tools tools) {
        for (int i = 0; i < TURN && !broken; i++) {
            if (from.rest != null && !sendRest(from, from.rest, to, tools)) {
                return;
            }
            if (from.ended) {
                if (!from.told) {
                    from.told = true;
                    tools.streams().end(to.fd);
                }
                return;
            }
            int length = tools.streams().receive(from.fd);
            switch (length) {
                case Streams.LATER -> {
                    return;
                }
                case Streams.GONE -> broken = true;
                case Streams.END -> from.ended = true;
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
        if (side.ended && other.told && !side.deaf) {
            // Both its directions are over, which would be told for ever.
            side.deaf = true;
            watched.remove(side.fd, side.token);
        }
        if (!side.deaf) {
            boolean toRead = side.rest == null && !side.ended;
            boolean toWrite = other.rest != null;
            side.asked = toRead || toWrite;
            watched.change(side.fd, side.token, toRead, toWrite);
        }
    }

    void close() {
        all.remove(this);
        for (Side side : new Side[] {client, container}) {
            watched.remove(side.fd, side.token);
            side.fd.close();
        }
    }
}
