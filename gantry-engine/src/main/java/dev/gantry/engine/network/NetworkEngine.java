package dev.gantry.engine.network;

import dev.gantry.engine.container.ContainerNetworks;
import dev.gantry.linux.Linux;
import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.model.Instance;
import java.time.Clock;
import java.util.random.RandomGenerator;

/// The networks of one data root with everything behind them.
public final class NetworkEngine {
    private final LiveNetworks networks;
    private final Memberships memberships;

    private NetworkEngine(LiveNetworks networks, Memberships memberships) {
        this.networks = networks;
        this.memberships = memberships;
    }

    /// @param hostIdentity from which the host's own IPv6 prefix is derived
    public static NetworkEngine open(
            NetworkTable table,
            Linux linux,
            Instance instance,
            String hostIdentity,
            Clock clock,
            RandomGenerator random) {
        var book = new NetworkBook(table.networks(), table.members());
        var memberships = new Memberships(book, table, new Runs(book, table));
        var networks = new LiveNetworks(
                book,
                table,
                memberships,
                () -> HostRoutes.read(linux),
                DefaultPools.docker(hostIdentity),
                clock,
                random);
        networks.makePredefined(instance);
        return new NetworkEngine(networks, memberships);
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
}
