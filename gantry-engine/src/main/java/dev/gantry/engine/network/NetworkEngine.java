package dev.gantry.engine.network;

import dev.gantry.engine.container.ContainerNetworks;
import dev.gantry.linux.Linux;
import dev.gantry.network.driver.NetworkDriver;
import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.model.Instance;
import java.time.Clock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The networks of one data root with everything behind them.
public final class NetworkEngine implements AutoCloseable {
    private final LiveNetworks networks;
    private final Memberships memberships;
    private final Runs runs;

    private NetworkEngine(LiveNetworks networks, Memberships memberships, Runs runs) {
        this.networks = networks;
        this.memberships = memberships;
        this.runs = runs;
    }

    /// Who makes networks real, opened when the first container needs it.
    ///
    /// @param able whether this process has the right to
    public record Driving(boolean able, Supplier<NetworkDriver> opener) {}

    /// @param hostIdentity from which the host's own IPv6 prefix is derived
    public static NetworkEngine open(
            NetworkTable table,
            Linux linux,
            Instance instance,
            Driving driving,
            String hostIdentity,
            Clock clock,
            RandomGenerator random) {
        var book = new NetworkBook(table.networks(), table.members());
        var endpoints = new Endpoints(book, table, instance, clock, random);
        var driver = new LazyDriver(driving.able(), driving.opener(), book);
        var runs = new Runs(book, endpoints, driver, new Sights(book, instance), linux);
        var memberships = new Memberships(book, table, runs);
        var networks = new LiveNetworks(
                book,
                table,
                memberships,
                () -> HostRoutes.read(linux),
                DefaultPools.docker(hostIdentity),
                clock,
                random);
        networks.makePredefined(instance);
        runs.open();
        return new NetworkEngine(networks, memberships, runs);
    }

    public Networks networks() {
        return networks;
    }

    /// For the life of containers.
    public ContainerNetworks ofContainers() {
        return memberships;
    }

    /// Says how to act on a container, once there are some.
    public void actThrough(Turns containers) {
        memberships.actThrough(containers);
    }

    /// What containers have stays as it is.
    @Override
    public void close() {
        runs.close();
    }
}
