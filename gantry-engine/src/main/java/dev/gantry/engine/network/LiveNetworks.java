package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.PortWish;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.ipam.PoolChoice;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkChecks;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The networks of one data root.
final class LiveNetworks implements Networks {
    private static final Logger LOG = LoggerFactory.getLogger(LiveNetworks.class);

    private final NetworkBook book;
    private final NetworkChanges changes;
    private final Memberships memberships;
    private final Overlays overlays;
    private final ForeignMaking foreign;
    private final Supplier<List<Subnet>> hostRoutes;
    private final Defaults defaults;
    private final Clock clock;
    private final RandomGenerator random;

    /// Where subnets come from that nobody chose.
    record Defaults(DefaultPools local, DefaultPools overlay) {}

    LiveNetworks(
            NetworkBook book,
            NetworkChanges changes,
            Memberships memberships,
            Overlays overlays,
            ForeignMaking foreign,
            Supplier<List<Subnet>> hostRoutes,
            Defaults defaults,
            Clock clock,
            RandomGenerator random) {
        this.book = book;
        this.changes = changes;
        this.memberships = memberships;
        this.overlays = overlays;
        this.foreign = foreign;
        this.hostRoutes = hostRoutes;
        this.defaults = defaults;
        this.clock = clock;
        this.random = random;
    }

    /// Makes those that are always there, where they are not yet, or not as they are to be.
    void makePredefined(Instance instance, NetworkDefaults told) {
        for (NetworkSpec spec : Predefined.all(instance, told)) {
            Optional<Network> there = book.named(spec.name());
            try {
                if (there.isEmpty()) {
                    store(spec, false);
                } else if (Predefined.hasAddresses(spec) && !there.get().spec().equals(spec)) {
                    change(there.get(), spec);
                }
            } catch (Unavailable noSubnet) {
                LOG.warn("network name={} not made: {}", spec.name(), noSubnet.getMessage());
            }
        }
    }

    /// Before the driver is opened: what the network before had on the host goes then. Containers that are in it keep
    /// what they have, and with it the network.
    private void change(Network now, NetworkSpec spec) {
        if (!changes.takeOut(now).isEmpty()) {
            LOG.warn(
                    "network name={} unchanged: containers run in it, stop them and start the engine again",
                    now.name());
            return;
        }
        try {
            DriverOptions.read(spec);
            List<Pool> chosen = PoolChoice.choose(spec, defaults.local(), changes.known(), hostRoutes.get());
            changes.add(new Network(now.id(), now.created(), spec, chosen), false);
        } catch (GantryException e) {
            changes.add(now, false);
            throw e;
        }
    }

    @Override
    public Network create(NetworkSpec asked) {
        Overlays.refuseForeign(asked);
        if (ForeignMaking.concerns(asked)) {
            return createForeign(asked);
        }
        return changes.inTurn(() -> {
            NetworkSpec spec = NetworkChecks.check(asked, changes.known());
            checkDrivers(spec);
            return store(spec, true);
        });
    }

    /// The queue of changes is left while a driver takes its time: meanwhile its name and subnets are taken.
    private Network createForeign(NetworkSpec asked) {
        ForeignDriver.Terms terms = foreign.check(asked);
        Network coming = announce(terms);
        try {
            Network made = foreign.make(coming, terms);
            try {
                changes.add(made, true);
            } catch (GantryException e) {
                foreign.unmake(made, e);
                throw e;
            }
            return made;
        } finally {
            changes.announced(coming.id());
        }
    }

    private Network announce(ForeignDriver.Terms terms) {
        return changes.inTurn(() -> {
            NetworkSpec spec = NetworkChecks.check(terms.spec(), changes.known());
            refuseIngress(spec);
            var network = new Network(
                    NetworkId.random(random),
                    clock.instant(),
                    spec,
                    foreign.pools(
                            terms, () -> PoolChoice.choose(spec, defaults.local(), changes.known(), hostRoutes.get())));
            changes.announce(network);
            return network;
        });
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
                ? PoolChoice.choose(
                        spec, overlay ? defaults.overlay() : defaults.local(), changes.known(), hostRoutes.get())
                : List.of();
        var network = new Network(NetworkId.random(random), clock.instant(), spec, chosen);
        if (Overlays.isOverlay(network)) {
            network = overlays.shared(
                    new Network(network.id(), network.created(), overlays.numbered(spec, chosen.size()), chosen));
        }
        changes.add(network, told);
        return network;
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
    public List<String> conflicts(NetworkId network) {
        return overlays.conflicts(network);
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
            changes.inTurn(() -> takeOut(network));
            changes.gone(network, () -> {
                memberships.removed(network);
                foreign.remove(network);
            });
            return;
        }
        changes.inTurn(() -> {
            NetworkChecks.checkRemoval(network, List.of(), book.networks());
            overlays.checkRemoval(network);
            takeOut(network);
            changes.gone(network, () -> memberships.removed(network));
        });
    }

    private void takeOut(Network network) {
        book.need(network.id());
        NetworkChecks.checkRemoval(network, List.of(), book.networks());
        NetworkChecks.checkRemoval(network, changes.takeOut(network), book.networks());
    }

    /// The network of that name; made when there is none.
    Network wayOut() {
        return changes.inTurn(() ->
                book.named(Drivers.WAY_OUT).orElseGet(() -> store(WayOut.spec(Drivers.WAY_OUT), true)));
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
