package dev.gantry.network.relay;

import dev.gantry.linux.Fd;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.ServerSockets;
import dev.gantry.linux.SocketAddresses;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Accepts the connections of one port.
final class StreamPort implements Port {
    private static final int MOST = 1024;
    /// Of one address, so that others have room.
    private static final int MOST_OF_ONE = 512;
    /// Connections of one port before the next one has its turn.
    private static final int TURN = 16;

    private final Fd listener;
    private final byte[] container;
    private final Watched watched;
    private final long token;
    /// By the client's address.
    private final Map<ByteBuffer, Set<Carrier>> carried = new HashMap<>();

    StreamPort(Fd listener, byte[] container, Watched watched) {
        this.listener = listener;
        this.container = container;
        this.watched = watched;
        new ServerSockets().dontWait(listener);
        this.token = watched.add(listener, (_, tools) -> accept(tools));
    }

    private void accept(Watched.Tools tools) {
        for (int i = 0; i < TURN; i++) {
            Optional<ServerSockets.Accepted> client = tools.sockets().acceptFrom(listener);
            if (client.isEmpty()) {
                return;
            }
            Fd connection = client.get().connection();
            ByteBuffer address = SocketAddresses.address(client.get().from());
            carried.values().removeIf(Set::isEmpty);
            int all = carried.values().stream().mapToInt(Set::size).sum();
            if (all < MOST && carried.getOrDefault(address, Set.of()).size() < MOST_OF_ONE) {
                connect(connection, tools, carried.computeIfAbsent(address, _ -> new HashSet<>()));
            } else {
                connection.close();
            }
        }
    }

    private void connect(Fd client, Watched.Tools tools, Set<Carrier> ofClient) {
        try {
            Fd server = tools.streams().connect(HostSocket.SOCK_STREAM, container);
            HostSocket.keepAlive(client);
            HostSocket.keepAlive(server);
            new Carrier(client, server, watched, ofClient);
        } catch (LinuxError unreachable) {
            client.close();
        }
    }

    /// A connection may be silent for as long as it likes: the kernel ends those whose other side is gone.
    @Override
    public void sweep(long now) {}

    @Override
    public void close() {
        watched.remove(listener, token);
        carried.values().stream().flatMap(Set::stream).toList().forEach(Carrier::close);
    }
}
