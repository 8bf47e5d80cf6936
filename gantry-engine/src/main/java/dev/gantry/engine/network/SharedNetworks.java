package dev.gantry.engine.network;

import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.Span;
import java.util.function.Function;

/// Networks that hosts share, as other hosts change them. What they say was checked before ([OverlayChecks]).
final class SharedNetworks {
    private final NetworkBook book;
    private final NetworkChanges changes;
    private final Memberships memberships;

    SharedNetworks(NetworkBook book, NetworkChanges changes, Memberships memberships) {
        this.book = book;
        this.changes = changes;
        this.memberships = memberships;
    }

    /// One of another host, as that host has it now.
    void adopt(Network network) {
        changes.inTurn(() -> {
            if (book.get(network.id()).isPresent()) {
                changes.respan(network);
            } else if (changes.known().stream().noneMatch(n -> n.name().equals(network.name()))) {
                changes.add(network, true);
            }
            // Else one of that name came in the meantime; the next round says so.
        });
    }

    /// Its home has it no more. It stays for as long as somebody here is in it.
    void withdraw(Network network) {
        changes.inTurn(() -> {
            if (changes.takeOut(network).isEmpty()) {
                changes.gone(network, () -> memberships.removed(network));
            }
        });
    }

    /// Other blocks of one that was created here, if they are others; a host hears of its blocks after they are stored.
    void respan(NetworkId id, Function<Network, Span> change) {
        changes.inTurn(() -> {
            Network now = book.need(id);
            Network next = now.with(change.apply(now));
            if (!next.equals(now)) {
                changes.respan(next);
            }
        });
    }
}
