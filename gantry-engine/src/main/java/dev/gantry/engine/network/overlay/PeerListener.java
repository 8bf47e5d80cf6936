package dev.gantry.engine.network.overlay;

import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.TunnelKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears the other hosts. Who is none of them is not answered at all; who is has to show it.
final class PeerListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerListener.class);
    static final int PROTOCOL = 1;
    static final Duration PATIENCE = Duration.ofSeconds(15);
    /// Of one address, which takes no room from another: in all, and of those that have not shown who they are.
    private static final int MOST_CONNECTIONS = 16;

    private static final int MOST_UNKNOWN = 4;

    /// A kernel that does not take a key is asked again, for less than the other host's patience.
    private static final int MOST_ATTEMPTS = 20;

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);

    private record Room(Semaphore all, Semaphore unknown) {}

    private final OverlayOptions options;
    private final Duration patience;
    private final PeerTls tls;
    private final PeerDirectory directory;
    private final PeerKeys keys;
    private final Map<Ip, Room> named;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();

    /// @param patience with who has not yet shown who it is
    PeerListener(OverlayOptions options, Duration patience, PeerTls tls, PeerDirectory directory, PeerKeys keys) {
        this.options = options;
        this.patience = patience;
        this.tls = tls;
        this.directory = directory;
        this.keys = keys;
        this.named = options.peers().stream()
                .collect(Collectors.toUnmodifiableMap(
                        OverlayOptions.Place::address,
                        _ -> new Room(new Semaphore(MOST_CONNECTIONS), new Semaphore(MOST_UNKNOWN))));
        try {
            this.server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(
                    options.advertise().address().toInetAddress(),
                    options.advertise().port()));
        } catch (IOException e) {
            throw new Unavailable(
                    "share overlay networks as " + options.advertise(),
                    "cannot listen there: " + e.getMessage(),
                    "give --overlay-advertise an address of this host and a port that is free",
                    e);
        }
    }

    void start() {
        Thread.ofVirtual().name("overlay-listener").start(this::accept);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Ip from = Ip.of(socket.getInetAddress());
                Room room = named.get(from);
                if (room == null || !enter(room)) {
                    socket.close();
                    continue;
                }
                open.add(socket);
                Thread.ofVirtual().name("overlay-peer-" + from).start(() -> serve(socket, from, room));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.warn("overlay accept: {}", e.getMessage());
                    rest(Duration.ofMillis(100));
                }
            }
        }
    }

    /// After a failure such as too many open files, which comes again at once.
    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean enter(Room room) {
        if (!room.unknown().tryAcquire()) {
            return false;
        }
        if (!room.all().tryAcquire()) {
            room.unknown().release();
            return false;
        }
        return true;
    }

    private void serve(Socket socket, Ip from, Room room) {
        try (PeerSocket connection = greet(socket, from, room)) {
            hear(connection, from);
        } catch (IOException e) {
            LOG.warn("overlay peer={} refused: {}", from, e.getMessage());
        } finally {
            open.remove(socket);
            room.all().release();
        }
    }

    /// Who it is, within our patience in all: each read alone would give who sends byte by byte all the time it likes.
    private PeerSocket greet(Socket socket, Ip from, Room room) throws IOException {
        Thread watch = Thread.ofVirtual().name("overlay-patience-" + from).start(() -> closeLater(socket));
        try {
            socket.setSoTimeout((int) patience.toMillis());
            socket.setTcpNoDelay(true);
            PeerSocket connection = tls.over(socket, from, false);
            try {
                checkHello(connection.receive().message(), from);
                connection.send(PeerMessage.hello(PROTOCOL, options.advertise().address()));
                connection.flush();
                return connection;
            } catch (IOException e) {
                connection.close();
                throw e;
            }
        } catch (IOException e) {
            socket.close();
            throw e;
        } finally {
            watch.interrupt();
            room.unknown().release();
        }
    }

    private void closeLater(Socket socket) {
        try {
            Thread.sleep(patience);
            socket.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("overlay close: {}", e.getMessage());
        }
    }

    private void hear(PeerSocket connection, Ip from) throws IOException {
        long number = numbers.incrementAndGet();
        directory.connected(from, number);
        String why = "";
        int batches = 0;
        try {
            boolean taken = keys.receiving(from, connection.key());
            boolean used = false;
            while (true) {
                PeerSocket.Received received = connection.receive();
                directory.took(from, number, received);
                if (received.message().type().equals(PeerMessage.END)) {
                    if (!taken) {
                        takeAgain(from, connection.key());
                        taken = true;
                    }
                    connection.acknowledge();
                    batches++;
                    if (batches > 1 && !used) {
                        // It has heard the first acknowledgement, and gone over to this key.
                        used = keys.used(from, connection.key());
                    }
                }
            }
        } catch (IOException | GantryException | IllegalArgumentException e) {
            why = e instanceof IOException ? String.valueOf(e.getMessage()) : "it said what is not understood: " + e;
        } finally {
            directory.disconnected(from, number, why);
        }
    }

    /// Without an acknowledgement the other host does not use the key, and comes again with another.
    private void takeAgain(Ip from, TunnelKey key) throws IOException {
        for (int i = 0; i < MOST_ATTEMPTS && !server.isClosed(); i++) {
            rest(BETWEEN_ATTEMPTS);
            if (keys.receiving(from, key)) {
                return;
            }
        }
        throw new IOException("the kernel of this host does not take its key");
    }

    static void checkHello(PeerMessage hello, Ip from) throws IOException {
        if (!PeerMessage.HELLO.equals(hello.type()) || hello.protocol() != PROTOCOL) {
            throw new IOException("it speaks protocol " + hello.protocol() + ", this host " + PROTOCOL);
        }
        if (!from.toString().equals(hello.host())) {
            throw new IOException("it calls itself " + hello.host());
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket s : open) {
                s.close();
            }
        } catch (IOException e) {
            LOG.debug("overlay close: {}", e.getMessage());
        }
    }
}
