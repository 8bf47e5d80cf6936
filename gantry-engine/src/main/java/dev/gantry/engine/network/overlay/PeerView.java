package dev.gantry.engine.network.overlay;

import dev.gantry.network.model.Network;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one other host said, as it came in over its connections, and whether it still counts. Pure; one owner.
///
/// The newest connection speaks: what comes over an older one is refused. What it says counts from the end of a batch
/// on, so that nobody sees half of it.
final class PeerView {
    static final int MOST_ITEMS = 20_000;
    static final long MOST_BYTES = 32L << 20;

    private record Item(Object value, int size) {}

    private final Instant opened;
    private final Duration grace;
    private long connection;
    private boolean connected;
    private boolean heard;
    private Instant lost = Instant.EPOCH;
    private Map<String, Item> counted = Map.of();
    private Map<String, Item> coming = new HashMap<>();
    /// Of all that is coming.
    private long bytes;

    private HostState state = HostState.EMPTY;

    /// @param opened when listening began
    PeerView(Instant opened, Duration grace) {
        this.opened = opened;
        this.grace = grace;
    }

    /// A connection begins, and those before it are over.
    void connected(long number, Instant now) {
        if (state(now).isEmpty()) {
            heard = false;
            counted = Map.of();
        }
        connection = number;
        connected = true;
        begin(counted);
    }

    private void begin(Map<String, Item> with) {
        coming = new HashMap<>(with);
        bytes = coming.values().stream().mapToLong(Item::size).sum();
    }

    void disconnected(long number, Instant now) {
        if (connection == number && connected) {
            connected = false;
            lost = now;
        }
    }

    /// True at the end of a batch that changed something. [IllegalArgumentException] for what must not be said.
    boolean take(long number, PeerMessage message, int size) {
        if (number != connection) {
            throw new IllegalArgumentException("a newer connection speaks");
        }
        switch (String.valueOf(message.type())) {
            case PeerMessage.BEGIN -> begin(Map.of());
            case PeerMessage.PUT -> put(key(message), new Item(message.item(), size));
            case PeerMessage.GONE -> remove(key(message));
            case PeerMessage.END -> {
                return count();
            }
            default -> throw new IllegalArgumentException("a message " + message.type());
        }
        return false;
    }

    private static String key(PeerMessage message) {
        String key = message.key();
        if (key == null || key.length() > 512) {
            throw new IllegalArgumentException("a message without a key");
        }
        return key;
    }

    private void put(String key, Item item) {
        remove(key);
        coming.put(key, item);
        bytes += item.size();
        if (coming.size() > MOST_ITEMS || bytes > MOST_BYTES) {
            throw new IllegalArgumentException("more than " + MOST_ITEMS + " things, or than " + MOST_BYTES + " bytes");
        }
    }

    private void remove(String key) {
        Item gone = coming.remove(key);
        if (gone != null) {
            bytes -= gone.size();
        }
    }

    private boolean count() {
        boolean news = !heard || !coming.equals(counted);
        heard = true;
        if (news) {
            counted = Map.copyOf(coming);
            List<Network> networks = new ArrayList<>();
            List<OverlayEndpoint> endpoints = new ArrayList<>();
            List<BlockWish> wishes = new ArrayList<>();
            counted.keySet().stream().sorted().forEach(key -> {
                switch (value(key)) {
                    case Network n -> networks.add(n);
                    case OverlayEndpoint e -> endpoints.add(e);
                    case BlockWish w -> wishes.add(w);
                    default -> throw new IllegalStateException("not one of the three kinds");
                }
            });
            state = new HostState(networks, endpoints, wishes);
        }
        return news;
    }

    private Object value(String key) {
        Item item = counted.get(key);
        if (item == null) {
            throw new IllegalStateException("the key comes from the map");
        }
        return item.value();
    }

    boolean isConnected() {
        return connected;
    }

    /// What counts now; empty when nothing does.
    Optional<HostState> state(Instant now) {
        boolean counts = heard && (connected || now.isBefore(lost.plus(grace)));
        return counts ? Optional.of(state) : Optional.empty();
    }

    /// Whether nothing is known of it yet.
    boolean isUnheard(Instant now) {
        return !heard && now.isBefore(opened.plus(grace));
    }

    /// When something will change by itself; empty when nothing will.
    Optional<Instant> next(Instant now) {
        if (isUnheard(now)) {
            return Optional.of(opened.plus(grace));
        }
        return heard && !connected && now.isBefore(lost.plus(grace)) ? Optional.of(lost.plus(grace)) : Optional.empty();
    }
}
