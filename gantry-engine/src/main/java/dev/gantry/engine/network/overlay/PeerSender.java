package dev.gantry.engine.network.overlay;

import dev.gantry.network.address.Ip;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells one other host what this one has: all of it first, then what changed, and every few seconds that it is still
/// there. When that fails it begins anew, after a pause that grows.
final class PeerSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerSender.class);
    private static final Duration BEAT = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final OverlayOptions.Place self;
    private final OverlayOptions.Place peer;
    private final PeerTls tls;
    private final PeerDirectory directory;
    private final Keys keys;
    private final Thread thread;

    /// Guarded by this object, as is what follows.
    private @Nullable Socket socket;

    private boolean hurry;
    private boolean closed;

    /// The last failure that was logged: the same is not said again.
    private String said = "";

    /// @param life after which a new connection brings a new one
    record Keys(PeerKeys known, Duration life) {}

    PeerSender(OverlayOptions.Place self, OverlayOptions.Place peer, PeerTls tls, PeerDirectory directory, Keys keys) {
        this.self = self;
        this.peer = peer;
        this.tls = tls;
        this.directory = directory;
        this.keys = keys;
        this.thread = Thread.ofVirtual().name("overlay-sender-" + peer).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Ip host() {
        return peer.address();
    }

    /// It is there: no pause any more.
    synchronized void tryNow() {
        hurry = true;
        notifyAll();
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (true) {
            boolean reached = attempt();
            pause = reached ? FIRST_PAUSE : pause.multipliedBy(2);
            if (pause.compareTo(LONGEST_PAUSE) > 0) {
                pause = LONGEST_PAUSE;
            }
            if (!rest(pause)) {
                return;
            }
        }
    }

    /// Whether it got through at all.
    private boolean attempt() {
        boolean[] reached = {false};
        try (PeerSocket connection = dial()) {
            speak(connection, reached);
        } catch (IOException e) {
            synchronized (this) {
                String why = String.valueOf(e.getMessage());
                if (!closed && (reached[0] || !why.equals(said))) {
                    LOG.warn("overlay peer={} not reached: {}", peer, why);
                }
                said = why;
            }
        }
        return reached[0];
    }

    private PeerSocket dial() throws IOException {
        var plain = new Socket();
        synchronized (this) {
            if (closed) {
                throw new IOException("closed");
            }
            socket = plain;
            hurry = false;
        }
        try {
            plain.bind(new InetSocketAddress(self.address().toInetAddress(), 0));
            plain.setTcpNoDelay(true);
            plain.setSoTimeout((int) PATIENCE.toMillis());
            plain.connect(
                    new InetSocketAddress(peer.address().toInetAddress(), peer.port()), (int) PATIENCE.toMillis());
        } catch (IOException e) {
            plain.close();
            throw e;
        }
        PeerSocket connection = tls.over(plain, peer.address(), true);
        try {
            connection.send(PeerMessage.hello(PeerListener.PROTOCOL, self.address()));
            connection.flush();
            PeerListener.checkHello(connection.receive().message(), peer.address());
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private void speak(PeerSocket connection, boolean[] reached) throws IOException {
        Map<String, String> sent = new HashMap<>();
        connection.send(PeerMessage.mark(PeerMessage.BEGIN));
        Map<String, String> last = Map.copyOf(sent);
        boolean sends = false;
        long end = System.nanoTime() + keys.life().toNanos();
        while (!reached[0] || System.nanoTime() - end < 0) {
            Optional<Map<String, String>> now = directory.next(last, BEAT);
            if (now.isEmpty()) {
                return;
            }
            last = now.get();
            difference(connection, sent, last);
            connection.send(PeerMessage.mark(PeerMessage.END));
            connection.flush();
            connection.awaitAcknowledge();
            if (!sends) {
                sends = keys.known().sending(peer.address(), connection.key());
            }
            reached[0] = true;
            synchronized (this) {
                said = "";
            }
        }
    }

    private static void difference(PeerSocket connection, Map<String, String> sent, Map<String, String> now)
            throws IOException {
        for (String gone :
                sent.keySet().stream().filter(k -> !now.containsKey(k)).toList()) {
            connection.send(PeerMessage.gone(gone));
            sent.remove(gone);
        }
        for (Map.Entry<String, String> e : now.entrySet()) {
            if (!Objects.equals(sent.get(e.getKey()), e.getValue())) {
                connection.send(e.getValue());
                sent.put(e.getKey(), e.getValue());
            }
        }
    }

    /// False at the end.
    private synchronized boolean rest(Duration pause) {
        try {
            if (!closed && !hurry) {
                wait(pause.toMillis());
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        Socket open;
        synchronized (this) {
            closed = true;
            open = socket;
            notifyAll();
        }
        try {
            if (open != null) {
                open.close();
            }
            thread.join(PATIENCE);
        } catch (IOException e) {
            LOG.debug("overlay peer={} close: {}", peer, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
