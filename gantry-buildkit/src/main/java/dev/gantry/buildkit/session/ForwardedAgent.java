package dev.gantry.buildkit.session;

import dev.gantry.base.Unavailable;
import dev.gantry.build.solve.Lent;
import io.grpc.Metadata;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import moby.sshforward.v1.BytesMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A Unix socket here whose connections are those to an agent of a client.
final class ForwardedAgent implements Lent.Agent {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardedAgent.class);
    private static final Metadata.Key<String> ID = Metadata.Key.of("buildkit.ssh.id", Metadata.ASCII_STRING_MARSHALLER);
    private static final int MOST_CONNECTIONS = 64;

    private final Session session;
    private final String id;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private ForwardedAgent(Session session, String id, ServerSocketChannel server) {
        this.session = session;
        this.id = id;
        this.server = server;
    }

    static ForwardedAgent listen(Session session, String id, Path socket) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            var agent = new ForwardedAgent(session, id, server);
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().name("ssh-agent").start(agent::accept);
            return agent;
        } catch (IOException e) {
            throw new Unavailable(
                    "forward the ssh agent " + id, String.valueOf(e.getMessage()), "look at the run directory", e);
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel connection = server.accept();
                if (open.size() >= MOST_CONNECTIONS) {
                    connection.close();
                    continue;
                }
                open.add(connection);
                Thread.ofVirtual().name("ssh-agent").start(() -> forward(connection));
            }
        } catch (IOException e) {
            LOG.debug("agent={} ended: {}", id, e.toString());
        }
    }

    private void forward(SocketChannel connection) {
        var head = new Metadata();
        head.put(ID, id);
        OutputStream back = Channels.newOutputStream(connection);
        try (connection;
                var there = new ClientStream<>(
                        session.call(SessionMethods.FORWARD_AGENT),
                        head,
                        bytes -> BytesMessage.newBuilder().setData(bytes).build(),
                        answer -> write(back, answer),
                        () -> close(connection))) {
            InputStream in = Channels.newInputStream(connection);
            byte[] piece = new byte[32 << 10];
            for (int n = in.read(piece); n > 0; n = in.read(piece)) {
                there.write(piece, 0, n);
                there.flush();
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("agent={} connection ended: {}", id, e.toString());
        } finally {
            open.remove(connection);
        }
    }

    private static void write(OutputStream out, BytesMessage message) {
        try {
            message.getData().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("closing failed: {}", e.toString());
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("closing failed: {}", e.toString());
        }
        open.forEach(ForwardedAgent::close);
    }
}
