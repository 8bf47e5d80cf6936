package dev.gantry.network.relay;

import dev.gantry.linux.Fd;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.ServerSockets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Accepts the connections of one port.
final class StreamPort implements Port {
    private static final int MOST = 1024;
    /// Connections of one port before the next one has its turn.
    private static final int TURN = 16;

    private final Fd listener;
    private final byte[] container;
    private final Watched watched;
    private final long token;
    private final Set<Carrier> carried = new HashSet<>();

    StreamPort(Fd listener, byte[] container, Watched watched) {
        this.listener = listener;
        this.container = container;
        this.watched = watched;
        new ServerSockets().dontWait(listener);
        this.token = watched.add(listener, this::accept);
    }

    private void accept(Watched.Tools tools) {
        for (int i = 0; i < TURN; i++) {
            Optional<Fd> client = tools.sockets().accept(listener);
            if (client.isEmpty()) {
                return;
            }
            if (carried.size() < MOST) {
                connect(client.get(), tools);
            } else {
                client.get().close();
            }
        }
    }

    private void connect(Fd client, Watched.Tools tools) {
        try {
            new Carrier(client, tools.streams().connect(HostSocket.SOCK_STREAM, container), watched, carried);
        } catch (LinuxError unreachable) {
            client.close();
        }
    }

    /// A connection may be silent for as long as it likes.
    @Override
    public void sweep(long now) {}

    @Override
    public void close() {
        watched.remove(listener, token);
        List.copyOf(carried).forEach(Carrier::close);
    }
}
