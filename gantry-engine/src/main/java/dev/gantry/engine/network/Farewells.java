package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.AddressSource;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.NetworkId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells drivers that endpoints are over, each in a thread of its own. One that is away or hangs is told again, until
/// it has heard, its network is removed, or this engine closes: the row of the endpoint stays as long, so that the next
/// engine goes on. One that answers with an error has heard.
final class Farewells implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Farewells.class);

    /// How long the end of a container waits for its drivers.
    private static final Duration MOMENT = Duration.ofSeconds(10);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private record Pending(Attachment attachment, Thread thread, CompletableFuture<Void> heard) {}

    private final ForeignNetworks foreign;
    private final Map<EndpointId, Pending> pending = new ConcurrentHashMap<>();
    private volatile boolean closing;

    /// As long as containers of an earlier engine are looked at nobody is waited for.
    private volatile boolean patient;

    Farewells(ForeignNetworks foreign) {
        this.foreign = foreign;
    }

    void becomePatient() {
        patient = true;
    }

    /// `path` is that of the namespace, or empty. `then` is called once, unless this is closed before.
    void say(Attachment a, String path, Runnable then) {
        var heard = new CompletableFuture<Void>();
        Thread thread = Thread.ofVirtual().unstarted(() -> {
            if (untilHeard(a, path)) {
                // First: who removes its row looks here afterwards.
                pending.remove(a.endpoint().id());
                try {
                    then.run();
                } catch (RuntimeException e) {
                    LOG.warn(
                            "end of endpoint id={} not stored: {}",
                            a.endpoint().id().shortHex(),
                            e.getMessage());
                }
                heard.complete(null);
            }
        });
        pending.put(a.endpoint().id(), new Pending(a, thread, heard));
        thread.start();
    }

    private boolean untilHeard(Attachment a, String path) {
        boolean driven = ForeignRuns.drives(a.network());
        boolean addressed = ForeignRuns.hasAddresses(a.network().spec());
        for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
            driven = driven
                    && !heard(a, () -> foreign.driver(a.network().driver()).end(a.network(), a.endpoint(), path));
            addressed = addressed && !heard(a, () -> release(a));
            if (!driven && !addressed) {
                return true;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException givenUp) {
                return !closing;
            }
        }
    }

    private boolean heard(Attachment a, Runnable call) {
        try {
            call.run();
            return true;
        } catch (Unavailable | NotFound away) {
            if (!closing) {
                LOG.warn(
                        "network name={} endpoint id={} not released yet: {}",
                        a.network().name(),
                        a.endpoint().id().shortHex(),
                        away.getMessage());
            }
            return false;
        } catch (GantryException refused) {
            LOG.warn(
                    "network name={} endpoint id={} released with an error: {}",
                    a.network().name(),
                    a.endpoint().id().shortHex(),
                    refused.getMessage());
            return true;
        }
    }

    private void release(Attachment a) {
        AddressSource source =
                foreign.addresses(a.network().spec().ipam().driver()).of(a.network(), MacAddress.UNKNOWN);
        for (AddressWithPrefix address : a.endpoint().addresses()) {
            source.release(address.address());
        }
    }

    private static Duration longer(Duration pause) {
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
    }

    /// Whether a driver has still to hear of an endpoint of this container in this network.
    boolean owes(ContainerId container, NetworkId network) {
        return pending.values().stream()
                .anyMatch(p -> p.attachment().endpoint().container().equals(container)
                        && p.attachment().network().id().equals(network));
    }

    void await(Collection<Attachment> of) {
        List<EndpointId> ids = of.stream().map(a -> a.endpoint().id()).toList();
        await(p -> ids.contains(p.attachment().endpoint().id()));
    }

    void await(ContainerId container) {
        await(p -> p.attachment().endpoint().container().equals(container));
    }

    /// Those of a network that is about to be removed: after a moment nobody tells its driver any more.
    void finish(NetworkId network) {
        Predicate<Pending> ofIt = p -> p.attachment().network().id().equals(network);
        await(ofIt);
        pending.values().stream().filter(ofIt).forEach(p -> p.thread().interrupt());
    }

    private void await(Predicate<Pending> which) {
        if (!patient || pending.isEmpty()) {
            return;
        }
        CompletableFuture<?>[] all =
                pending.values().stream().filter(which).map(Pending::heard).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(all).get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException later) {
            LOG.debug("{} farewells go on by themselves", all.length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// What nobody has heard yet the next engine tells.
    @Override
    public void close() {
        await(_ -> true);
        closing = true;
        pending.values().forEach(p -> p.thread().interrupt());
    }
}
