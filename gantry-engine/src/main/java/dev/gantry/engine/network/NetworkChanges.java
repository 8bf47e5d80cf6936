package dev.gantry.engine.network;

import dev.gantry.base.GantryException;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// How networks come, change and go, one after the other: in the table, then in the book.
final class NetworkChanges {
    private final NetworkBook book;
    private final NetworkTable table;
    private final Clock clock;

    /// Held from a check to the store of what passed it, so that of two the second one sees the first: the queue of
    /// changes of networks.
    private final ReentrantLock turn = new ReentrantLock();

    /// Those that drivers of somebody else's are making: their names and subnets are taken.
    private final Map<NetworkId, Network> coming = new ConcurrentHashMap<>();

    NetworkChanges(NetworkBook book, NetworkTable table, Clock clock) {
        this.book = book;
        this.table = table;
        this.clock = clock;
    }

    <T> T inTurn(Supplier<T> change) {
        turn.lock();
        try {
            return change.get();
        } finally {
            turn.unlock();
        }
    }

    void inTurn(Runnable change) {
        inTurn(() -> {
            change.run();
            return true;
        });
    }

    /// Those there are, and those that drivers are making.
    List<Network> known() {
        List<Network> all = new ArrayList<>(coming.values());
        all.addAll(book.networks());
        return all;
    }

    void announce(Network network) {
        coming.put(network.id(), network);
    }

    void announced(NetworkId network) {
        coming.remove(network);
    }

    /// It is there when this returns.
    ///
    /// @param told whether an event says so
    void add(Network network, boolean told) {
        table.put(network, told ? List.of(event(network, "create")) : List.of()).await();
        book.add(network);
    }

    /// Of one that is there: its blocks of addresses.
    void respan(Network network) {
        table.put(network, List.of()).await();
        book.respan(network);
    }

    /// Takes it out of the book, unless somebody uses it: then it answers who, and the network stays.
    List<String> takeOut(Network network) {
        return book.removeUnlessUsed(network.id()).stream()
                .map(NetworkChanges::words)
                .toList();
    }

    /// After [#takeOut]; what cannot be removed is back in the book.
    void gone(Network network, Runnable removal) {
        try {
            removal.run();
            table.remove(network.id(), List.of(event(network, "destroy"))).await();
        } catch (GantryException e) {
            book.add(network);
            throw e;
        }
    }

    private EventDraft event(Network network, String action) {
        return new EventDraft(
                clock.instant(),
                Event.Kind.NETWORK,
                action,
                network.id().hex(),
                Map.of("name", network.name(), "type", network.driver()));
    }

    private static String words(Endpoint e) {
        String name = e.names().isEmpty() ? "" : e.names().getFirst();
        return "name:\"" + name + "\" id:\"" + e.id().shortHex() + "\"";
    }
}
