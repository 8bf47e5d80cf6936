package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.PortWish;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.ipam.PoolChoice;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkChecks;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.Span;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The networks of one data root.
final class LiveNetworks implements Networks {
    private static final Logger LOG = LoggerFactory.getLogger(LiveNetworks.class);

    private final NetworkBook book;
    private final NetworkTable table;
    private final Memberships memberships;
    private final Overlays overlays;
    private final ForeignMaking foreign;
    private final Supplier<List<Subnet>> hostRoutes;
    private final Defaults defaults;
    private final Clock clock;
    private final RandomGenerator random;

    /// Held from a check to the store of what passed it, so that of two the second one sees the first: the queue of
    /// changes of networks.
    private final ReentrantLock changes = new ReentrantLock();

    /// Where subnets come from that nobody chose.
    record Defaults(DefaultPools local, DefaultPools overlay) {}
    /// Those that drivers of somebody else's are making.
    private final Map<NetworkId, Network> coming = new ConcurrentHashMap<>();

    LiveNetworks(
            NetworkBook book,
            NetworkTable table,
            Memberships memberships,
            Overlays overlays,
            ForeignMaking foreign,
            Supplier<List<Subnet>> hostRoutes,
            Defaults defaults,
            Clock clock,
            RandomGenerator random) {
        this.book = book;
        this.table = table;
        this.memberships = memberships;
        this.overlays = overlays;
        this.foreign = foreign;
        this.hostRoutes = hostRoutes;
        this.defaults = defaults;
        this.clock = clock;
        this.random = random;
    }

    /// Makes those that are always there, where they are not yet.
    void makePredefined(Instance instance) {
        for (NetworkSpec spec : Predefined.all(instance)) {
            if (book.named(spec.name()).isPresent()) {
                continue;
            }
            try {
                store(spec, false);
            } catch (Unavailable noSubnet) {
                LOG.warn("network name={} not made: {}", spec.name(), noSubnet.getMessage());
            }
        }
    }

    @Override
    public Network create(NetworkSpec asked) {
        Overlays.refuseForeign(asked);
        if (ForeignMaking.concerns(asked)) {
            return createForeign(asked);
        }
        changes.lock();
        try {
            NetworkSpec spec = NetworkChecks.check(asked, known());
            checkDrivers(spec);
            return store(spec, true);
        } finally {
            changes.unlock();
        }
    }

    /// The queue of changes is left while a driver takes its time: meanwhile its name and subnets are taken.
    private Network createForeign(NetworkSpec asked) {
        ForeignDriver.Terms terms = foreign.check(asked);
        Network coming = announce(terms);
        try {
            Network made = foreign.make(coming, terms);
            try {
                table.put(made, List.of(event(made, "create"))).await();
            } catch (GantryException e) {
                foreign.unmake(made, e);
                throw e;
            }
            book.add(made);
            return made;
        } finally {
            this.coming.remove(coming.id());
        }
    }

    private Network announce(ForeignDriver.Terms terms) {
        changes.lock();
        try {
            NetworkSpec spec = NetworkChecks.check(terms.spec(), known());
            refuseIngress(spec);
            var network = new Network(
                    NetworkId.random(random),
                    clock.instant(),
                    spec,
                    foreign.pools(terms, () -> PoolChoice.choose(spec, defaults.local(), known(), hostRoutes.get())));
            coming.put(network.id(), network);
            return network;
        } finally {
            changes.unlock();
        }
    }

    /// Those there are, and those that drivers are making.
    private List<Network> known() {
        List<Network> all = new ArrayList<>(coming.values());
        all.addAll(book.networks());
        return all;
    }

    private void checkDrivers(NetworkSpec spec) {
        String what = "create network " + spec.name();
        if (spec.ipam().driver().equals(NetworkSpec.Ipam.NULL_DRIVER)) {
            throw new Unsupported(
                    what,
                    "the address management null gives no addresses, and the driver " + spec.driver() + " needs some",
                    "leave --ipam-driver out");
        }
        if (spec.driver().equals(Drivers.OVERLAY) && !spec.configOnly()) {
            overlays.checkAble(what);
        }
        refuseIngress(spec);
    }

    private static void refuseIngress(NetworkSpec spec) {
        if (spec.ingress()) {
            throw new Unsupported(
                    "create network " + spec.name(),
                    "ingress networks belong to clusters, and this engine is in none",
                    "leave --ingress out");
        }
    }

    private Network store(NetworkSpec spec, boolean told) {
        boolean overlay = spec.driver().equals(Drivers.OVERLAY);
        List<Pool> chosen = Predefined.hasAddresses(spec)
                ? PoolChoice.choose(spec, overlay ? defaults.overlay() : defaults.local(), known(), hostRoutes.get())
                : List.of();
        var network = new Network(NetworkId.random(random), clock.instant(), spec, chosen);
        if (Overlays.isOverlay(network)) {
            network = overlays.shared(
                    new Network(network.id(), network.created(), overlays.numbered(spec, chosen.size()), chosen));
        }
        table.put(network, told ? List.of(event(network, "create")) : List.of()).await();
        book.add(network);
        return network;
    }

    private EventDraft event(Network network, String action) {
        return new EventDraft(
                clock.instant(),
                Event.Kind.NETWORK,
                action,
                network.id().hex(),
                Map.of("name", network.name(), "type", network.driver()));
    }

    @Override
    public Network find(String text) {
        return book.find(text);
    }

    @Override
    public List<Network> list() {
        return book.networks();
    }

    @Override
    public List<Member> members(NetworkId network) {
        return book.in(network);
    }

    @Override
    public List<Ip> hosts(NetworkId network) {
        return overlays.hosts(network);
    }

    @Override
    public List<Joined> of(ContainerId container) {
        List<Joined> joined = new ArrayList<>();
        book.of(container).forEach(m -> book.get(m.network()).ifPresent(network -> joined.add(new Joined(network, m))));
        return joined;
    }

    @Override
    public void remove(NetworkId id) {
        Network network = book.need(id);
        if (ForeignRuns.concerns(network)) {
            takeOut(network);
            gone(network, () -> {
                memberships.removed(network);
                foreign.remove(network);
            });
            return;
        }
        changes.lock();
        try {
            NetworkChecks.checkRemoval(network, List.of(), book.networks());
            overlays.checkRemoval(network);
            NetworkChecks.checkRemoval(network, removeUnlessUsed(network), book.networks());
        } finally {
            changes.unlock();
        }
    }

    /// Answers who uses it, and then it stays.
    private List<String> removeUnlessUsed(Network network) {
        List<String> active = book.removeUnlessUsed(network.id()).stream()
                .map(LiveNetworks::words)
                .toList();
        if (!active.isEmpty()) {
            return active;
        }
        gone(network, () -> memberships.removed(network));
        return active;
    }

    // networks that hosts share

    /// One of another host, as that host has it now.
    void adopt(Network network) {
        changes.lock();
        try {
            boolean known = book.get(network.id()).isPresent();
            if (!known && known().stream().anyMatch(n -> n.name().equals(network.name()))) {
                return; // in the meantime; the next round says so
            }
            table.put(network, known ? List.of() : List.of(event(network, "create")))
                    .await();
            if (known) {
                book.respan(network);
            } else {
                book.add(network);
            }
        } finally {
            changes.unlock();
        }
    }

    /// Its home has it no more. It stays for as long as somebody here is in it.
    void withdraw(Network network) {
        changes.lock();
        try {
            removeUnlessUsed(network);
        } finally {
            changes.unlock();
        }
    }

    /// Other blocks of one that was created here, if they are others; a host hears of its blocks after they are stored.
    void respan(NetworkId id, Function<Network, Span> change) {
        changes.lock();
        try {
            Network now = book.need(id);
            Network next = now.with(change.apply(now));
            if (!next.equals(now)) {
                table.put(next, List.of()).await();
                book.respan(next);
            }
        } finally {
            changes.unlock();
        }
    }

    /// The network of that name; made when there is none.
    Network wayOut() {
        changes.lock();
        try {
            Optional<Network> there = book.named(Drivers.WAY_OUT);
            return there.isPresent() ? there.get() : store(WayOut.spec(Drivers.WAY_OUT), true);
        } finally {
            changes.unlock();
        }
    }

    private void takeOut(Network network) {
        changes.lock();
        try {
            book.need(network.id());
            NetworkChecks.checkRemoval(network, List.of(), book.networks());
            List<String> active = book.removeUnlessUsed(network.id()).stream()
                    .map(LiveNetworks::words)
                    .toList();
            NetworkChecks.checkRemoval(network, active, book.networks());
        } finally {
            changes.unlock();
        }
    }

    private void gone(Network network, Runnable removal) {
        try {
            removal.run();
            table.remove(network.id(), List.of(event(network, "destroy"))).await();
        } catch (GantryException e) {
            book.add(network);
            throw e;
        }
    }

    private static String words(Endpoint e) {
        String name = e.names().isEmpty() ? "" : e.names().getFirst();
        return "name:\"" + name + "\" id:\"" + e.id().shortHex() + "\"";
    }

    @Override
    public void connect(NetworkId network, ContainerId container, EndpointRequest request) {
        memberships.connect(book.need(network), container, request);
    }

    @Override
    public void disconnect(NetworkId network, ContainerId container, boolean force) {
        memberships.disconnect(book.need(network), container, force);
    }

    @Override
    public void publish(ContainerId container, List<PortWish> add, List<PortWish> remove) {
        memberships.publish(container, add, remove);
    }

    @Override
    public String usual() {
        return memberships.usual();
    }
}
