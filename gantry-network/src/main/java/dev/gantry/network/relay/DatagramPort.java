package dev.gantry.network.relay;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Streams;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who sends datagrams to one port: each client has a socket to the container, by which answers find the way back,
/// until it was silent for a minute and a half, or too many others came.
final class DatagramPort implements Port {
    private static final Duration SILENCE = Duration.ofSeconds(90);
    private static final int MOST = 1024;
    /// Datagrams of one socket before the next one has its turn.
    private static final int TURN = 64;

    private final Fd listener;
    private final byte[] container;
    private final Watched watched;
    private final long token;

    /// By the client's address; who was heard of last is at the end.
    private final Map<ByteBuffer, Talk> talks = new LinkedHashMap<>();

    private static final class Talk {
        final byte[] client;
        final Fd fd;
        long token;
        long heard;

        Talk(byte[] client, Fd fd) {
            this.client = client;
            this.fd = fd;
        }
    }

    DatagramPort(Fd listener, byte[] container, Watched watched) {
        this.listener = listener;
        this.container = container;
        this.watched = watched;
        this.token = watched.add(listener, (_, tools) -> arrived(tools));
    }

    private void arrived(Watched.Tools tools) {
        for (int i = 0; i < TURN; i++) {
            int length = tools.datagrams().receive(listener, tools.memory());
            if (length < 0) {
                return;
            }
            Talk talk = talk(tools.datagrams().sender(), tools.streams());
            tools.sockets().trySend(talk.fd, Arrays.copyOf(tools.memory(), length), 0);
        }
    }

    private Talk talk(byte[] client, Streams streams) {
        ByteBuffer key = ByteBuffer.wrap(client);
        @Nullable Talk talk = talks.remove(key);
        if (talk == null) {
            if (talks.size() == MOST) {
                end(talks.values().iterator().next());
            }
            Talk fresh = new Talk(client, streams.connect(HostSocket.SOCK_DGRAM, container));
            fresh.token = watched.add(fresh.fd, (_, tools) -> answered(fresh, tools));
            talk = fresh;
        }
        talk.heard = System.nanoTime();
        talks.put(key, talk);
        return talk;
    }

    private void answered(Talk talk, Watched.Tools tools) {
        for (int i = 0; i < TURN; i++) {
            int length = tools.datagrams().receive(talk.fd, tools.memory());
            if (length < 0) {
                return;
            }
            tools.sockets().sendTo(listener, Arrays.copyOf(tools.memory(), length), talk.client);
        }
    }

    private void end(Talk talk) {
        talks.remove(ByteBuffer.wrap(talk.client));
        watched.remove(talk.fd, talk.token);
        talk.fd.close();
    }

    @Override
    public void sweep(long now) {
        List.copyOf(talks.values()).stream()
                .filter(t -> now - t.heard > SILENCE.toNanos())
                .forEach(this::end);
    }

    @Override
    public void close() {
        watched.remove(listener, token);
        List.copyOf(talks.values()).forEach(this::end);
    }
}
