package dev.gantry.engine.network;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Networks that are made by drivers, or get their subnets from an address management, that are no part of this engine.
final class ForeignMaking {
    private static final Logger LOG = LoggerFactory.getLogger(ForeignMaking.class);

    private final ForeignNetworks foreign;
    private final Farewells farewells;

    ForeignMaking(ForeignNetworks foreign, Farewells farewells) {
        this.foreign = foreign;
        this.farewells = farewells;
    }

    static boolean concerns(NetworkSpec spec) {
        return !spec.configOnly() && (Drivers.isForeign(spec.driver()) || ForeignRuns.hasAddresses(spec));
    }

    /// What the drivers say of it; nothing is made.
    ForeignDriver.Terms check(NetworkSpec spec) {
        String what = "create network " + spec.name();
        ForeignDriver.Terms terms;
        try {
            if (ForeignRuns.hasAddresses(spec)) {
                foreign.addresses(spec.ipam().driver());
            }
            terms = Drivers.isForeign(spec.driver())
                    ? foreign.driver(spec.driver()).check(spec)
                    : new ForeignDriver.Terms(spec, List.of(), false);
        } catch (NotFound e) {
            String missing = ForeignRuns.hasAddresses(spec) && !isThere(spec)
                    ? spec.ipam().driver()
                    : spec.driver();
            throw new NotFound(
                    what,
                    "could not find plugin " + missing + " in v1 plugin registry: plugin \"" + missing
                            + "\" not found (" + e.why() + ")",
                    "start the plugin, or use a built-in driver such as bridge",
                    e);
        }
        if (terms.givesAddresses()
                && (!spec.ipam().pools().isEmpty() || !spec.ipam().driver().equals(NetworkSpec.Ipam.DEFAULT_DRIVER))) {
            throw new InvalidArgument(
                    what,
                    "the driver " + spec.driver() + " finds addresses itself",
                    "leave --subnet, --ip-range, --gateway, --aux-address and --ipam-driver out");
        }
        return terms;
    }

    private boolean isThere(NetworkSpec spec) {
        try {
            foreign.addresses(spec.ipam().driver());
            return true;
        } catch (NotFound e) {
            return false;
        }
    }

    /// Those that this engine chooses: where its own address management is asked.
    List<Pool> pools(ForeignDriver.Terms terms, Supplier<List<Pool>> choice) {
        boolean own = terms.spec().ipam().driver().equals(NetworkSpec.Ipam.DEFAULT_DRIVER) && !terms.givesAddresses();
        if (!own) {
            return List.of();
        }
        return choice.get().stream()
                .map(p -> terms.unrouted().contains(p.family())
                        ? new Pool(p.subnet(), p.range(), List.of(), p.reserved())
                        : p)
                .toList();
    }

    /// With its subnets, and known to its driver; or nothing of it is left.
    Network make(Network coming, ForeignDriver.Terms terms) {
        Network network = ForeignRuns.hasAddresses(coming.spec())
                ? new Network(
                        coming.id(),
                        coming.created(),
                        coming.spec(),
                        foreign.addresses(coming.spec().ipam().driver()).take(coming.spec(), terms.unrouted()))
                : coming;
        try {
            if (ForeignRuns.drives(network)) {
                foreign.driver(network.driver()).create(network);
            }
            return network;
        } catch (GantryException e) {
            giveBack(network, e);
            throw e;
        }
    }

    void unmake(Network network, GantryException failure) {
        try {
            if (ForeignRuns.drives(network)) {
                foreign.driver(network.driver()).remove(network);
            }
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
        giveBack(network, failure);
    }

    private void giveBack(Network network, GantryException failure) {
        try {
            if (ForeignRuns.hasAddresses(network.spec())) {
                foreign.addresses(network.spec().ipam().driver()).giveBack(network.pools());
            }
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
    }

    /// A driver that is there and does not answer keeps its network; one that is gone, or refuses, does not.
    void remove(Network network) {
        farewells.finish(network.id());
        if (ForeignRuns.drives(network)) {
            unlessGone(network, () -> foreign.driver(network.driver()).remove(network));
        }
        if (ForeignRuns.hasAddresses(network.spec())) {
            unlessGone(
                    network,
                    () -> foreign.addresses(network.spec().ipam().driver()).giveBack(network.pools()));
        }
    }

    private static void unlessGone(Network network, Runnable call) {
        try {
            call.run();
        } catch (NotFound | Internal e) {
            LOG.warn("network name={} removed without its driver: {}", network.name(), e.getMessage());
        }
    }
}
