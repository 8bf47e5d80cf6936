package dev.gantry.engine.network.overlay;

import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The hosts that flags name. Each tells each of the others directly what it has, and nobody passes on what a third one
/// said: so nobody can speak for another, and no cluster has to agree on anything.
public final class PeerDirectory implements OverlayDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(PeerDirectory.class);

    private static final Duration KEY_LIFE = Duration.ofHours(1);

    private final OverlayOptions options;
    private final Map<Ip, PeerView> views = new LinkedHashMap<>();
    private final List<PeerSender> senders = new ArrayList<>();
    private final PeerListener listener;
    private final PeerKeys keys;
    private final Thread keeper;

    /// What is said to the others: frames by their key. Guarded by this object, as are the views and what follows.
    private Map<String, String> published = Map.of();

    private boolean isPublished;
    private Runnable changed = () -> {};
    private boolean closed;

    private PeerDirectory(OverlayOptions options, Duration keyLife, Duration patience) {
        this.options = options;
        this.keys = new PeerKeys(options);
        PeerTls tls = PeerTls.open(options);
        Instant now = now();
        options.peers().forEach(p -> views.put(p.address(), new PeerView(now, options.grace())));
        this.listener = new PeerListener(options, patience, tls, this, keys);
        options.peers()
                .forEach(p -> senders.add(
                        new PeerSender(options.advertise(), p, tls, this, new PeerSender.Keys(keys, keyLife))));
        this.keeper = Thread.ofVirtual().name("overlay-keeper").unstarted(this::keep);
    }

    /// Listens, and goes on trying to reach the others. [dev.gantry.base.Unavailable] when it cannot listen.
    public static PeerDirectory open(OverlayOptions options) {
        return open(options, KEY_LIFE, PeerListener.PATIENCE);
    }

    /// @param keyLife after which a new connection brings a new key
    /// @param patience with who connects and does not show who it is
    static PeerDirectory open(OverlayOptions options, Duration keyLife, Duration patience) {
        var directory = new PeerDirectory(options, keyLife, patience);
        directory.listener.start();
        directory.senders.forEach(PeerSender::start);
        directory.keeper.start();
        LOG.info("overlay host={} peers={}", options.advertise(), options.peers());
        return directory;
    }

    /// Of a clock that nobody sets: only the time between two of them means anything.
    private static Instant now() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }

    @Override
    public Ip self() {
        return options.advertise().address();
    }

    @Override
    public Set<Ip> hosts() {
        return views.keySet();
    }

    @Override
    public void publish(HostState mine) {
        Map<String, String> frames = new HashMap<>();
        mine.networks().forEach(n -> frame(frames, PeerMessage.put(n)));
        mine.endpoints().forEach(e -> frame(frames, PeerMessage.put(e)));
        mine.wishes().forEach(w -> frame(frames, PeerMessage.put(w)));
        synchronized (this) {
            if (!isPublished || !frames.equals(published)) {
                published = Map.copyOf(frames);
                isPublished = true;
                notifyAll();
            }
        }
    }

    private static void frame(Map<String, String> frames, PeerMessage message) {
        String text = PeerSocket.text(message);
        String key = message.key();
        if (key == null || !PeerSocket.fits(text)) {
            LOG.warn("overlay peers are not told of {}: it is longer than {} bytes", key, PeerSocket.MOST);
            return;
        }
        frames.put(key, text);
    }

    @Override
    public synchronized Map<Ip, HostState> others() {
        Instant now = now();
        Map<Ip, HostState> all = new LinkedHashMap<>();
        views.forEach((host, view) -> view.state(now).ifPresent(state -> all.put(host, state)));
        return all;
    }

    @Override
    public synchronized Set<Ip> unheard() {
        Instant now = now();
        Set<Ip> all = new LinkedHashSet<>();
        views.forEach((host, view) -> {
            if (view.isUnheard(now)) {
                all.add(host);
            }
        });
        return all;
    }

    @Override
    public synchronized void onChange(Runnable run) {
        changed = run;
    }

    @Override
    public void onKeys(Consumer<EncryptionPlan> run) {
        keys.onChange(run);
    }

    // for senders

    /// What is published once it is another than `last`, or again after a while; empty at the end.
    synchronized Optional<Map<String, String>> next(Map<String, String> last, Duration patience) {
        Instant until = now().plus(patience);
        while (!closed && (!isPublished || last == published)) {
            long millis = Duration.between(now(), until).toMillis();
            if (isPublished && millis <= 0) {
                return Optional.of(published);
            }
            if (!await(Math.max(1, isPublished ? millis : patience.toMillis()))) {
                return Optional.empty();
            }
        }
        return closed ? Optional.empty() : Optional.of(published);
    }

    private synchronized boolean await(long millis) {
        try {
            wait(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // for the listener

    /// A host that reached us can be reached.
    void connected(Ip host, long connection) {
        synchronized (this) {
            view(host).connected(connection, now());
            notifyAll();
        }
        senders.stream().filter(s -> s.host().equals(host)).forEach(PeerSender::tryNow);
        LOG.info("overlay peer={} connected", host);
    }

    void disconnected(Ip host, long connection, String why) {
        synchronized (this) {
            view(host).disconnected(connection, now());
            notifyAll();
        }
        LOG.info("overlay peer={} disconnected: {}", host, why);
    }

    void took(Ip host, long connection, PeerSocket.Received received) {
        Runnable tell;
        synchronized (this) {
            boolean news = view(host).take(connection, received.message(), received.size());
            tell = news ? changed : () -> {};
        }
        tell.run();
    }

    private PeerView view(Ip host) {
        PeerView view = views.get(host);
        if (view == null) {
            throw new IllegalStateException("only named hosts get so far");
        }
        return view;
    }

    /// Tells when the word of a host that is gone ceases to count.
    private void keep() {
        while (true) {
            Runnable tell;
            synchronized (this) {
                Instant now = now();
                Optional<Instant> next = views.values().stream()
                        .flatMap(v -> v.next(now).stream())
                        .min(Instant::compareTo);
                long millis =
                        next.map(n -> Duration.between(now, n).toMillis() + 1).orElse(0L);
                if (closed || !await(millis)) {
                    return;
                }
                boolean due = next.isPresent() && !now().isBefore(next.get());
                tell = due ? changed : () -> {};
            }
            tell.run();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            changed = () -> {};
            notifyAll();
        }
        listener.close();
        senders.forEach(PeerSender::close);
    }
}
