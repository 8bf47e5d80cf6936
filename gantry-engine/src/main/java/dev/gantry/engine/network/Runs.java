package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.engine.container.ContainerNetworks.Run;
import dev.gantry.engine.container.ContainerNetworks.Whereabouts;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.engine.container.Turn;
import dev.gantry.linux.Linux;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.driver.ContainerSockets;
import dev.gantry.network.driver.ResolverRedirect;
import dev.gantry.network.driver.ResolverSockets;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.model.Network;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.watch.NetworkDoor;
import dev.gantry.runtime.watch.Watch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The networks of containers that run: what is in the book is made real by the driver, from the start of a run to its
/// end.
final class Runs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NetworkBook book;
    private final Endpoints endpoints;
    private final Resolvers resolvers;
    private final LazyDriver driver;
    private final Takedown takedown;
    private final Overlays overlays;
    private final Sights sights;
    private final Linux linux;

    /// Known once there are networks.
    private volatile WayOut wayOut;

    Runs(NetworkBook book, Endpoints endpoints, LazyDriver driver, Overlays overlays, Sights sights, Linux linux) {
        this.book = book;
        this.endpoints = endpoints;
        this.resolvers = new Resolvers(book);
        this.driver = driver;
        this.takedown = new Takedown(driver, endpoints);
        this.overlays = overlays;
        this.wayOut = new WayOut(book, () -> {
            throw new IllegalStateException("no container runs before the networks are open");
        });
        this.sights = sights;
        this.linux = linux;
    }

    boolean able() {
        return driver.able();
    }

    void checkAble(String what) {
        driver.checkAble(what);
    }

    WayOut wayOut() {
        return wayOut;
    }

    /// What an earlier engine left running is made right before it is adopted.
    void open(WayOut bridge) {
        wayOut = bridge;
        if (book.attachments().isEmpty()) {
            return;
        }
        try {
            driver.checkAble("connect containers");
            driver.get();
            book.attachments()
                    .forEach(a -> endpoints.hostPorts().restore(a.endpoint().ports()));
            endpoints.hostPorts().carry(book.attachments());
        } catch (GantryException e) {
            LOG.error("networks not reconciled: {}", e.getMessage());
        }
    }

    void removed(Network network) {
        driver.remove(network);
    }

    // start

    Run begin(ContainerId id, String name, ContainerSpec spec) {
        driver.checkAble("start container " + name);
        driver.get();
        end(id);
        takedown.again();
        wayOut.settle(id);
        endpoints.take(id, names(name, spec), spec.networking().portRequests());
        try {
            List<Attachment> attachments = book.attachments(id);
            SandboxPlan plan = endpoints.plan(id);
            return new Starting(id, spec, attachments, plan, sights.of(name, attachments));
        } catch (GantryException e) {
            endpoints.giveBack(id);
            throw e;
        }
    }

    static List<String> names(String name, ContainerSpec spec) {
        return spec.hostname().isEmpty() ? List.of(name) : List.of(name, spec.hostname());
    }

    private final class Starting implements Run {
        private final ContainerId id;
        private final ContainerSpec spec;
        private final List<Attachment> attachments;
        private final SandboxPlan plan;
        private final Whereabouts where;

        Starting(
                ContainerId id, ContainerSpec spec, List<Attachment> attachments, SandboxPlan plan, Whereabouts where) {
            this.id = id;
            this.spec = spec;
            this.attachments = attachments;
            this.plan = plan;
            this.where = where;
        }

        @Override
        public Whereabouts where() {
            return where;
        }

        @Override
        public Optional<LaunchContext.Handover> handover() {
            Map<String, String> after = new LinkedHashMap<>();
            plan.endpoints().forEach(p -> after.putAll(settings(p)));
            return Optional.of(new LaunchContext.Handover(true, PATIENCE, defaults(plan), after));
        }

        @Override
        public void connect(NetworkDoor door) {
            try (ContainerSockets inside = inside(door)) {
                for (Attachment a : attachments) {
                    make(a.network());
                    driver.get().attach(a, planOf(plan, a), inside);
                }
                endpoints.hostPorts().carry(attachments);
                if (where.names() == Whereabouts.Names.EMBEDDED) {
                    answer(id, spec, door, inside);
                }
            }
        }
    }

    private void make(Network network) {
        if (driver.make(network)) {
            overlays.reach(network);
        }
    }

    private ContainerSockets inside(NetworkDoor door) {
        NetworkDoor.Network network = door.network();
        return ContainerSockets.over(linux, network.namespace(), network.route(), network.netfilter());
    }

    private void answer(ContainerId id, ContainerSpec spec, NetworkDoor door, ContainerSockets inside) {
        NetworkDoor.Resolver resolver = door.resolver();
        var sockets = new ResolverSockets(resolver.udp(), resolver.tcp());
        try {
            ResolverRedirect.set(inside, sockets, linux);
        } catch (RuntimeException e) {
            sockets.close();
            throw e;
        }
        resolvers.serve(id, sockets, Sights.upstreams(spec));
    }

    private static EndpointPlan planOf(SandboxPlan plan, Attachment a) {
        return plan.endpoints().stream()
                .filter(p -> p.endpoint().equals(a.endpoint().id()))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> settings(EndpointPlan plan) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Sysctl s : plan.sysctls()) {
            all.put(s.name(), s.value());
        }
        return all;
    }

    /// For interfaces that are still to come: IPv6 where there is an address of it, and no wait for neighbours.
    private static Map<String, String> defaults(SandboxPlan plan) {
        boolean v6 = plan.endpoints().stream()
                .flatMap(p -> p.addresses().stream())
                .anyMatch(a -> !a.address().isV4());
        Map<String, String> all = new LinkedHashMap<>();
        all.put("net.ipv6.conf.default.disable_ipv6", v6 ? "0" : "1");
        all.put("net.ipv6.conf.default.accept_dad", "0");
        return all;
    }

    // adoption

    /// Goes on answering for names, and makes again what was lost while no engine lived.
    void adopted(StoredContainer row, Watch watch) {
        List<Attachment> attachments = book.attachments(row.id());
        if (attachments.isEmpty()) {
            return;
        }
        try (NetworkDoor door = watch.networkDoor()) {
            SandboxPlan plan = endpoints.plan(row.id());
            try (ContainerSockets inside = inside(door)) {
                for (Attachment a : attachments) {
                    if (driver.wasLost(a.endpoint().id())) {
                        driver.get().release(List.of(a.endpoint().id()));
                        driver.get().attach(a, planOf(plan, a), inside);
                        watch.set(settings(planOf(plan, a)));
                        LOG.info(
                                "container id={} interface={} made again",
                                row.id().shortHex(),
                                planOf(plan, a).interfaceName());
                    }
                }
                if (sights.of(row.name(), attachments).names() == Whereabouts.Names.EMBEDDED) {
                    answer(row.id(), row.spec(), door, inside);
                }
            }
        } catch (GantryException e) {
            LOG.warn("container id={} network not adopted: {}", row.id().shortHex(), e.getMessage());
        }
    }

    // changes of a running container

    void plug(Turn turn, Watch watch, Member wanted) {
        StoredContainer row = turn.row();
        ContainerId id = row.id();
        driver.get();
        Member member = endpoints.takeOne(wanted, names(row.name(), row.spec()));
        Attachment added = attachment(member);
        try (NetworkDoor door = watch.networkDoor();
                ContainerSockets inside = inside(door)) {
            SandboxPlan plan = endpoints.plan(id);
            make(added.network());
            watch.set(defaults(plan));
            driver.get().attach(added, planOf(plan, added), inside);
            watch.set(settings(planOf(plan, added)));
            driver.get().route(plan, inside);
            if (!resolvers.serves(id)
                    && sights.of(row.name(), book.attachments(id)).names() == Whereabouts.Names.EMBEDDED) {
                answer(id, row.spec(), door, inside);
                turn.askEngineForNames();
            }
            if (!WayOut.is(wanted)) {
                turn.addToHosts(ips(added));
            }
        } catch (GantryException e) {
            undo(member, e);
            throw e;
        }
    }

    private void undo(Member member, GantryException failure) {
        try {
            takedown.end(List.of(member));
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
        book.remove(member.container(), member.network());
    }

    void unplug(Turn turn, Watch watch, Member member) {
        StoredContainer row = turn.row();
        if (member.endpoint().isEmpty()) {
            return;
        }
        Attachment gone = attachment(member);
        try (NetworkDoor door = watch.networkDoor();
                ContainerSockets inside = inside(door)) {
            driver.get().detach(planOf(endpoints.plan(row.id()), gone), inside);
            endpoints.giveBack(List.of(member));
            driver.get().route(endpoints.plan(row.id()), inside);
            turn.removeFromHosts(ips(gone));
        }
    }

    private static List<Ip> ips(Attachment a) {
        return a.endpoint().addresses().stream().map(AddressWithPrefix::address).toList();
    }

    private Attachment attachment(Member m) {
        return new Attachment(book.need(m.network()), m.endpoint().orElseThrow());
    }

    // the end

    void end(ContainerId id) {
        resolvers.stop(id);
        takedown.end(book.of(id).stream().filter(m -> m.endpoint().isPresent()).toList());
    }

    void renamed(ContainerId id, String name) {
        endpoints.renamed(id, name);
    }

    @Override
    public void close() {
        resolvers.close();
        driver.close();
        endpoints.hostPorts().close();
    }
}
