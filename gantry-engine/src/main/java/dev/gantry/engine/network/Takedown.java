package dev.gantry.engine.network;

import dev.gantry.base.GantryException;
import dev.gantry.network.driver.NetworkDriver;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.model.EndpointId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes back what the host has of endpoints that are over, and only then gives their addresses and ports to others:
/// rules that are still there would send these somebody else's packets. What fails is tried again with the next one.
final class Takedown {
    private static final Logger LOG = LoggerFactory.getLogger(Takedown.class);

    private final LazyDriver driver;
    private final Endpoints endpoints;

    /// Guarded by this object.
    private final List<Left> left = new ArrayList<>();

    /// What failed, as a whole.
    private record Left(List<Endpoint> over, boolean lent) {}

    Takedown(LazyDriver driver, Endpoints endpoints) {
        this.driver = driver;
        this.endpoints = endpoints;
    }

    /// The members stay, without the endpoints they have.
    ///
    /// @param lent whether others use the namespace of their container, and may go on doing so
    void end(List<Member> members, boolean lent) {
        List<Endpoint> over = new ArrayList<>();
        members.forEach(m -> m.endpoint().ifPresent(over::add));
        if (over.isEmpty()) {
            return;
        }
        boolean gone = release(over, lent);
        endpoints.end(members);
        if (gone) {
            endpoints.free(over);
        } else {
            synchronized (this) {
                left.add(new Left(over, lent));
            }
        }
    }

    /// What failed before.
    void again() {
        List<Left> all;
        synchronized (this) {
            if (left.isEmpty()) {
                return;
            }
            all = List.copyOf(left);
        }
        for (Left one : all) {
            if (release(one.over(), one.lent()) && taken(one)) {
                endpoints.free(one.over());
            }
        }
    }

    /// Of two who were here at a time only one gives back: the address may be another's by now.
    private synchronized boolean taken(Left one) {
        return left.remove(one);
    }

    private boolean release(List<Endpoint> over, boolean lent) {
        try {
            List<EndpointId> ids = over.stream().map(Endpoint::id).toList();
            Optional<NetworkDriver> opened = driver.opened();
            opened.ifPresent(d -> d.release(ids));
            return !lent || opened.isEmpty() || opened.get().sweep(ids);
        } catch (GantryException e) {
            LOG.warn(
                    "container id={} network not released: {}",
                    over.getFirst().container().shortHex(),
                    e.getMessage());
            return false;
        }
    }
}
