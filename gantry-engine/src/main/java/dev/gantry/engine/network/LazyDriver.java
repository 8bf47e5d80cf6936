package dev.gantry.engine.network;

import dev.gantry.base.GantryException;
import dev.gantry.base.Unsupported;
import dev.gantry.network.address.Ip;
import dev.gantry.network.driver.HostNetworks;
import dev.gantry.network.driver.NetworkDriver;
import dev.gantry.network.driver.OverlayPeer;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The driver, from the first container on that is in a network: an engine that has none leaves the host's interfaces
/// and rules alone.
final class LazyDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LazyDriver.class);

    private final boolean able;
    private final Supplier<HostNetworks> opener;
    private final NetworkBook book;

    /// Guarded by this object, as is what follows.
    private @Nullable HostNetworks driver;

    private @Nullable EncryptionPlan encryption;
    private final Set<NetworkId> made = new HashSet<>();
    private final Set<EndpointId> lost = new HashSet<>();

    /// @param able whether this engine has the right to make interfaces and rules
    LazyDriver(boolean able, Supplier<HostNetworks> opener, NetworkBook book) {
        this.able = able;
        this.opener = opener;
        this.book = book;
    }

    boolean able() {
        return able;
    }

    void checkAble(String what) {
        if (!able) {
            throw new Unsupported(
                    what,
                    "this engine has no right to make network interfaces (CAP_NET_ADMIN)",
                    "run it with that right, or use --network none or --network host");
        }
    }

    /// Opened, and the host is what the endpoints there are need.
    synchronized HostNetworks get() {
        HostNetworks open = driver;
        if (open != null) {
            return open;
        }
        open = opener.get();
        try {
            if (encryption != null) {
                open.encrypt(encryption);
            }
            reconcile(open);
        } catch (GantryException e) {
            open.close();
            throw e;
        }
        driver = open;
        return open;
    }

    private void reconcile(NetworkDriver open) {
        Collection<Attachment> running = book.attachments();
        Map<NetworkId, Network> used = new LinkedHashMap<>();
        running.forEach(a -> used.put(a.network().id(), a.network()));
        NetworkDriver.Reconciled done = open.reconcile(List.copyOf(used.values()), running);
        done.changes().forEach(change -> LOG.info("networks reconciled: {}", change));
        lost.addAll(done.lost());
        made.addAll(used.keySet());
    }

    synchronized Optional<NetworkDriver> opened() {
        return Optional.ofNullable(driver);
    }

    /// Whether the interface of this endpoint was gone when the driver was opened; said once.
    synchronized boolean wasLost(EndpointId endpoint) {
        return lost.remove(endpoint);
    }

    /// What the network needs on the host, before its first endpoint. False when it is there already.
    boolean make(Network network) {
        NetworkDriver open = get();
        synchronized (this) {
            if (made.contains(network.id())) {
                return false;
            }
            open.create(network);
            made.add(network.id());
            return true;
        }
    }

    /// The endpoints on other hosts of an overlay that was made are these. False when it was not made yet.
    boolean reach(Network network, Collection<OverlayPeer> elsewhere, Set<Ip> unheard) {
        HostNetworks open;
        synchronized (this) {
            open = made.contains(network.id()) ? driver : null;
        }
        if (open != null) {
            open.peers(network, elsewhere, unheard);
        }
        return open != null;
    }

    /// What hosts have agreed on, for the driver that there is or will be.
    synchronized void encrypt(EncryptionPlan plan) {
        encryption = plan;
        HostNetworks open = driver;
        if (open != null) {
            open.encrypt(plan);
        }
    }

    synchronized void remove(Network network) {
        NetworkDriver open = driver;
        if (open != null) {
            open.remove(network);
            made.remove(network.id());
        }
    }

    /// Takes away what is on the host, unless an endpoint is there; `found`: also what an engine before has left.
    synchronized void withdraw(boolean found) {
        if (able && (found || driver != null) && book.attachments().isEmpty()) {
            get().withdraw();
            made.clear();
        }
    }

    @Override
    public synchronized void close() {
        NetworkDriver open = driver;
        if (open != null) {
            open.close();
        }
    }
}
