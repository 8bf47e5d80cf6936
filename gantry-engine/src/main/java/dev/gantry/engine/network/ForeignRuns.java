package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.netlink.route.Link;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.driver.ContainerSockets;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.runtime.watch.NetworkDoor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What drivers that are no part of this engine do for the containers that run. Others' containers never wait for
/// them.
final class ForeignRuns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ForeignRuns.class);

    /// A launch waits as long as a driver may take for each of its calls.
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private final NetworkBook book;
    private final Endpoints endpoints;
    private final ForeignNetworks foreign;
    private final Farewells farewells;
    private final Linux linux;

    /// Network namespaces, kept beyond the end of their containers: drivers tidy up inside.
    private final Map<ContainerId, Fd> namespaces = new ConcurrentHashMap<>();

    ForeignRuns(NetworkBook book, Endpoints endpoints, ForeignNetworks foreign, Linux linux) {
        this.book = book;
        this.endpoints = endpoints;
        this.foreign = foreign;
        this.farewells = new Farewells(foreign);
        this.linux = linux;
    }

    /// Whether interfaces in it are made by somebody else.
    static boolean drives(Network network) {
        return Drivers.isForeign(network.driver());
    }

    /// Whether anybody else has a part in it.
    static boolean concerns(Network network) {
        return drives(network) || hasAddresses(network.spec());
    }

    static boolean hasAddresses(NetworkSpec spec) {
        String ipam = spec.ipam().driver();
        return !ipam.equals(NetworkSpec.Ipam.DEFAULT_DRIVER) && !ipam.equals(NetworkSpec.Ipam.NULL_DRIVER);
    }

    static boolean drivesAny(List<Attachment> attachments) {
        return attachments.stream().anyMatch(a -> drives(a.network()));
    }

    /// Other ports than those it started with.
    static void refusePorts(String name, List<Attachment> attachments) {
        attachments.stream()
                .map(Attachment::network)
                .filter(ForeignRuns::drives)
                .findFirst()
                .ifPresent(network -> {
                    throw new Unsupported(
                            "publish ports of container " + name,
                            "its network " + network.name() + " is made by the driver " + network.driver()
                                    + ", which is told of ports at the start of a container only",
                            "stop it, publish them, and start it again");
                });
    }

    Farewells farewells() {
        return farewells;
    }

    // start

    /// The driver of each of these knows of the endpoint.
    void reserve(List<Attachment> attachments) {
        for (Attachment a : attachments) {
            if (drives(a.network())) {
                endpoints.replace(driver(a).reserve(a.network(), a.endpoint()));
            }
        }
    }

    private ForeignDriver driver(Attachment a) {
        return foreign.driver(a.network().driver());
    }

    /// Each of these has its interface inside, or is about to be given one of the host's.
    void join(List<Attachment> attachments, ContainerSpec spec, NetworkDoor door, Fd namespace) {
        for (Attachment a : attachments) {
            if (drives(a.network())) {
                ContainerId id = a.endpoint().container();
                hold(id, namespace);
                Member mine = book.member(id, a.network().id()).orElseThrow();
                var sandbox = new ForeignDriver.Sandbox(
                        path(door, namespace),
                        mine.interfaceName(),
                        others(mine),
                        new Given.Resolver(
                                spec.names().dns(),
                                spec.names().dnsSearch(),
                                spec.names().dnsOptions()));
                ForeignDriver.Joined joined = driver(a).join(a.network(), a.endpoint(), sandbox);
                endpoints.replace(joined.endpoint(), joined.interfaceName());
                String what = "connect container " + a.endpoint().names().getFirst() + " to network "
                        + a.network().name();
                Admission.admit(what, linux, joined);
            }
        }
    }

    private Set<String> others(Member mine) {
        Set<String> names = new HashSet<>();
        book.of(mine.container()).stream()
                .filter(m -> !m.network().equals(mine.network()))
                .forEach(m -> names.add(m.interfaceName()));
        return names;
    }

    /// They have come: their hardware addresses are what they are.
    void arrived(List<Attachment> attachments, ContainerSockets inside) {
        for (Attachment a : attachments) {
            if (!drives(a.network())) {
                continue;
            }
            Member mine =
                    book.member(a.endpoint().container(), a.network().id()).orElseThrow();
            Link link = new Rtnetlink(inside.route())
                    .link(mine.interfaceName())
                    .orElseThrow(() -> new Internal(
                            "connect container " + a.endpoint().names().getFirst() + " to network "
                                    + a.network().name(),
                            "the driver " + a.network().driver() + " says that it made the interface "
                                    + mine.interfaceName() + ", and there is none",
                            "tell its maker"));
            if (a.endpoint().mac().equals(MacAddress.UNKNOWN) && link.mac() != null) {
                var mac = new MacAddress(link.mac().toString());
                endpoints.replace(a.endpoint().withPlace(a.endpoint().addresses(), mac));
            }
        }
    }

    /// By a descriptor of the watch, which has it as long as the container runs: one of ours would be another's when a
    /// plugin comes late.
    private static String path(NetworkDoor door, Fd namespace) {
        return Namespaces.find(door.watchPid(), namespace)
                .orElseThrow(() -> new Internal(
                        "find the container's network namespace", "its watch holds none", "restart the container"));
    }

    private void hold(ContainerId id, Fd namespace) {
        namespaces.computeIfAbsent(
                id,
                _ -> linux.files().open(Fd.CWD, "/proc/self/fd/" + namespace.number(), OpenFlags.READ, 0, Resolve.ANY));
    }

    /// It runs since before this engine was.
    void adopted(ContainerId id, Fd namespace) {
        if (drivesAny(book.attachments(id))) {
            hold(id, namespace);
        }
    }

    // end

    /// The drivers hear that these endpoints are over. Whoever is slow is waited for a moment, and then goes on by
    /// itself.
    void end(List<Member> members) {
        List<Attachment> over = new ArrayList<>();
        for (Member m : members) {
            book.get(m.network())
                    .filter(ForeignRuns::concerns)
                    .ifPresent(n -> m.endpoint().ifPresent(e -> over.add(new Attachment(n, e))));
        }
        if (over.isEmpty()) {
            return;
        }
        ContainerId id = members.getFirst().container();
        boolean last = book.of(id).stream()
                .allMatch(m -> members.stream().anyMatch(x -> x.network().equals(m.network())));
        Fd held = last ? namespaces.remove(id) : namespaces.get(id);
        String path = held == null ? "" : Namespaces.ownPath(held);
        Set<Attachment> left = ConcurrentHashMap.newKeySet();
        left.addAll(over);
        for (Attachment a : over) {
            farewells.say(a, path, () -> {
                endpoints.settled(a.endpoint());
                left.remove(a);
                if (last && held != null && left.isEmpty()) {
                    held.close();
                }
            });
        }
        farewells.await(over);
    }

    /// Its last run is over for its drivers, too, or has had its time.
    void awaitEnd(ContainerId id) {
        farewells.await(id);
    }

    // the start of an engine

    /// In the background: nobody waits for drivers that are away.
    void open() {
        Map<Network, List<Attachment>> running = new java.util.LinkedHashMap<>();
        book.networks().stream()
                .filter(n -> !n.spec().configOnly() && concerns(n))
                .forEach(n -> running.put(n, new ArrayList<>()));
        book.attachments().forEach(a -> {
            List<Attachment> of = running.get(a.network());
            if (of != null) {
                of.add(a);
            }
        });
        running.forEach((network, of) -> Thread.startVirtualThread(() -> settle(network, of)));
    }

    private void settle(Network network, Collection<Attachment> running) {
        try {
            if (hasAddresses(network.spec())) {
                foreign.addresses(network.spec().ipam().driver())
                        .replay(
                                network,
                                running.stream()
                                        .flatMap(a -> a.endpoint().addresses().stream())
                                        .map(dev.gantry.network.address.AddressWithPrefix::address)
                                        .toList());
            }
            if (drives(network)) {
                foreign.driver(network.driver()).settle(network, running);
            }
        } catch (GantryException e) {
            LOG.warn("network name={} driver={} not settled: {}", network.name(), network.driver(), e.getMessage());
        }
    }

    @Override
    public void close() {
        farewells.close();
        namespaces.values().forEach(Fd::close);
        namespaces.clear();
    }
}
