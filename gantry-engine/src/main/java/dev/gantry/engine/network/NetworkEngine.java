package dev.gantry.engine.network;

import dev.gantry.engine.container.ContainerNetworks;
import dev.gantry.engine.network.overlay.OverlayDirectory;
import dev.gantry.engine.rootless.Outside;
import dev.gantry.linux.Linux;
import dev.gantry.network.driver.HostNetworks;
import dev.gantry.network.driver.TunnelEncryption;
import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.model.Instance;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The networks of one data root with everything behind them.
public final class NetworkEngine implements AutoCloseable {
    private final LiveNetworks networks;
    private final Memberships memberships;
    private final Runs runs;
    private final Overlays overlays;
    private final LazyDriver driver;

    private NetworkEngine(
            LiveNetworks networks, Memberships memberships, Runs runs, Overlays overlays, LazyDriver driver) {
        this.networks = networks;
        this.memberships = memberships;
        this.runs = runs;
        this.overlays = overlays;
        this.driver = driver;
    }

    /// Who makes networks real, opened when the first container needs it.
    ///
    /// @param able whether this process has the right to
    /// @param outside the host, for an engine in namespaces of its own
    public record Driving(boolean able, Supplier<HostNetworks> opener, Optional<Outside> outside) {
        /// On the host itself.
        public Driving(boolean able, Supplier<HostNetworks> opener) {
            this(able, opener, Optional.empty());
        }
    }

    /// @param foreign drivers that are no part of this engine
    /// @param defaults of networks that nobody describes
    /// @param hostIdentity from which the host's own IPv6 prefixes are derived
    /// @param directory the hosts with which overlay networks are shared; its owner closes it
    public static NetworkEngine open(
            NetworkTable table,
            Linux linux,
            Instance instance,
            Driving driving,
            ForeignNetworks foreign,
            OverlayDirectory directory,
            NetworkDefaults defaults,
            String hostIdentity,
            Clock clock,
            RandomGenerator random) {
        var book = new NetworkBook(table.networks(), table.members());
        var driver = new LazyDriver(driving.able(), driving.opener(), book);
        var overlays = new Overlays(directory, book, driver, what -> TunnelEncryption.check(linux, what), random);
        var endpoints = new Endpoints(
                book, table, overlays::prepare, instance, ports(driving, book, linux), clock, random, foreign);
        var foreignRuns = new ForeignRuns(book, endpoints, foreign, linux);
        var runs = new Runs(
                book, endpoints, driver, overlays, new Sights(book, instance, driving.outside()), foreignRuns, linux);
        var memberships = new Memberships(book, table, runs, overlays);
        var changes = new NetworkChanges(book, table, clock);
        var networks = new LiveNetworks(
                book,
                changes,
                memberships,
                overlays,
                new ForeignMaking(foreign, foreignRuns.farewells()),
                () -> HostRoutes.read(linux),
                new LiveNetworks.Defaults(
                        DefaultPools.of(defaults.blocks(), hostIdentity),
                        DefaultPools.overlay(hostIdentity + directory.self())),
                clock,
                random);
        networks.makePredefined(instance, defaults);
        overlays.hear();
        runs.open(new WayOut(book, networks::wayOut));
        overlays.start(new SharedNetworks(book, changes, memberships));
        return new NetworkEngine(networks, memberships, runs, overlays, driver);
    }

    private static PortHolder ports(Driving driving, NetworkBook book, Linux linux) {
        Optional<Outside> outside = driving.outside();
        return outside.isEmpty()
                ? new HostPorts(linux)
                : new OutsidePorts(
                        outside.get(),
                        book.attachments().stream()
                                .flatMap(a -> a.endpoint().ports().stream())
                                .toList());
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

    /// What this engine has on the host goes, unless a container needs it; `found`: also what one before has left.
    public void withdraw(boolean found) {
        driver.withdraw(found);
    }

    /// What containers have stays as it is.
    @Override
    public void close() {
        overlays.close();
        runs.close();
    }
}
