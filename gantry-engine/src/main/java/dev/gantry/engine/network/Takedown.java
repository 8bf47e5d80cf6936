package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
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

    /// What is not gone, as a whole.
    ///
    /// @param released whether only its interfaces may still be there
    private record Left(List<Endpoint> over, Optional<Borrowers> lent, boolean released) {
        boolean isOf(ContainerId id) {
            return over.getFirst().container().equals(id);
        }
    }

    Takedown(LazyDriver driver, Endpoints endpoints) {
        this.driver = driver;
        this.endpoints = endpoints;
    }

    /// The members stay, without the endpoints they have.
    ///
    /// @param lent who uses the namespace of their container, if others ever did, and may go on doing so
    void end(List<Member> members, Optional<Borrowers> lent) {
        List<Endpoint> over = new ArrayList<>();
        members.forEach(m -> m.endpoint().ifPresent(over::add));
        if (over.isEmpty()) {
            return;
        }
        boolean released = release(over);
        boolean gone = released && (lent.isEmpty() || (swept(over) && !isInUse(over, lent.get())));
        endpoints.end(members);
        if (gone) {
            endpoints.free(over);
        } else {
            synchronized (this) {
                left.add(new Left(over, lent, released));
            }
        }
    }

    /// What is not gone yet, without a wait: whoever starts a container has nothing to do with it. Its own addresses it
    /// may have again, whoever still holds the namespace of its last run.
    void again(ContainerId starting) {
        List<Left> all;
        synchronized (this) {
            if (left.isEmpty()) {
                return;
            }
            all = List.copyOf(left);
        }
        for (Left one : all) {
            if (!one.released() && !release(one.over())) {
                continue;
            }
            if (one.lent().isEmpty()
                    || (isSwept(one.over())
                            && (one.isOf(starting)
                                    || !isInUse(one.over(), one.lent().get())))) {
                if (taken(one)) {
                    endpoints.free(one.over());
                }
            } else if (!one.released()) {
                released(one);
            }
        }
    }

    /// Of two who were here at a time only one gives back: the address may be another's by now.
    private synchronized boolean taken(Left one) {
        return left.remove(one);
    }

    private synchronized void released(Left one) {
        if (left.remove(one)) {
            left.add(new Left(one.over(), one.lent(), true));
        }
    }

    /// An interface that has no part on the host goes with its namespace alone, which its borrowers hold.
    private boolean isInUse(List<Endpoint> over, Borrowers borrowers) {
        return !borrowers.areGone() && over.stream().anyMatch(e -> !endpoints.hasPartOnHost(e));
    }

    private boolean swept(List<Endpoint> over) {
        return driver.opened().map(d -> d.sweep(ids(over))).orElse(true);
    }

    private boolean isSwept(List<Endpoint> over) {
        return driver.opened().map(d -> d.isSwept(ids(over))).orElse(true);
    }

    private boolean release(List<Endpoint> over) {
        try {
            driver.opened().ifPresent(d -> d.release(ids(over)));
            return true;
        } catch (GantryException e) {
            LOG.warn(
                    "container id={} network not released: {}",
                    over.getFirst().container().shortHex(),
                    e.getMessage());
            return false;
        }
    }

    private static List<EndpointId> ids(List<Endpoint> over) {
        return over.stream().map(Endpoint::id).toList();
    }
}
