package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.engine.container.ContainerNetworks.Run;
import dev.gantry.engine.container.ContainerNetworks.Whereabouts;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.PortWish;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.engine.container.Turn;
import dev.gantry.linux.Linux;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.driver.ContainerSockets;
import dev.gantry.network.driver.ResolverRedirect;
import dev.gantry.network.driver.ResolverSockets;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.Link;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.port.PortRequest;
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
    private final ForeignRuns foreign;
    private final Linux linux;

    private final Borrowers.Book lent = new Borrowers.Book();

    /// Known once there are networks.
    private volatile WayOut wayOut;

    Runs(
            NetworkBook book,
            Endpoints endpoints,
            LazyDriver driver,
            Overlays overlays,
            Sights sights,
            ForeignRuns foreign,
            Linux linux) {
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
        this.foreign = foreign;
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
        foreign.open();
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

    /// Another one uses the network of this run as its own, and may outlive it.
    void lend(ContainerId id, ContainerId borrower) {
        lent.lend(id, borrower);
    }

    // start

    Run begin(ContainerId id, String name, ContainerSpec spec) {
        driver.checkAble("start container " + name);
        driver.get();
        end(id);
        takedown.again(id);
        foreign.awaitEnd(id);
        wayOut.settle(id);
        endpoints.take(id, names(name, spec), spec.networking().portRequests());
        try {
            foreign.reserve(book.attachments(id));
            return new Starting(id, name, spec);
        } catch (GantryException e) {
            end(id);
            throw e;
        }
    }

    static List<String> names(String name, ContainerSpec spec) {
        return spec.hostname().isEmpty() ? List.of(name) : List.of(name, spec.hostname());
    }

    private final class Starting implements Run {
        private final ContainerId id;
        private final String name;
        private final ContainerSpec spec;
        private final boolean learns;
        private List<Attachment> attachments;
        private SandboxPlan plan;
        private Whereabouts where;

        Starting(ContainerId id, String name, ContainerSpec spec) {
            this.id = id;
            this.name = name;
            this.spec = spec;
            this.attachments = book.attachments(id);
            this.learns = ForeignRuns.drivesAny(attachments);
            this.plan = endpoints.plan(id);
            this.where = sights.of(name, attachments);
        }

        @Override
        public boolean learnsWhere() {
            return learns;
        }

        @Override
        public Whereabouts where() {
            return where;
        }

        @Override
        public Optional<LaunchContext.Handover> handover() {
            Map<String, String> after = new LinkedHashMap<>();
            plan.endpoints().forEach(p -> after.putAll(settings(p)));
            return Optional.of(
                    new LaunchContext.Handover(true, learns ? ForeignRuns.PATIENCE : PATIENCE, defaults(plan), after));
        }

        @Override
        public void connect(NetworkDoor door) {
            try (ContainerSockets inside = inside(door)) {
                if (learns) {
                    driver.get().routing(() -> foreign.join(attachments, spec, door, inside.namespace()));
                    look();
                }
                for (Attachment a : attachments) {
                    make(a.network());
                    driver.get().attach(a, planOf(plan, a), inside);
                }
                if (learns) {
                    arrived(inside);
                }
                endpoints.hostPorts().carry(attachments);
                if (where.names() == Whereabouts.Names.EMBEDDED) {
                    answer(id, spec, door, inside);
                }
            }
        }

        private void look() {
            attachments = book.attachments(id);
            plan = endpoints.plan(id);
            where = sights.of(name, attachments);
        }

        /// Others may have made routes of their own: which network leads out is this engine's to say.
        private void arrived(ContainerSockets inside) {
            foreign.arrived(attachments, inside);
            if (attachments.size() > 1) {
                driver.get().route(plan, inside);
            }
            look();
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
        resolvers.serve(id, sockets, Sights.upstreams(spec, book.attachments(id)));
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

    /// For interfaces that are still to come: IPv6 where there is an address of it, or may be, and no wait for
    /// neighbours.
    private static Map<String, String> defaults(SandboxPlan plan) {
        boolean v6 = plan.endpoints().stream().anyMatch(p -> mayHaveIpv6(p));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("net.ipv6.conf.default.disable_ipv6", v6 ? "0" : "1");
        all.put("net.ipv6.conf.default.accept_dad", "0");
        return all;
    }

    private static boolean mayHaveIpv6(EndpointPlan p) {
        return p.link() instanceof Link.Moved
                || p.link() instanceof Link.Ready
                || p.addresses().stream().anyMatch(a -> !a.address().isV4());
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
                foreign.adopted(row.id(), inside.namespace());
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
            foreign.reserve(List.of(added));
            added = fresh(added);
            Attachment joining = added;
            driver.get().routing(() -> foreign.join(List.of(joining), row.spec(), door, inside.namespace()));
            added = fresh(added);
            SandboxPlan plan = endpoints.plan(id);
            make(added.network());
            watch.set(defaults(plan));
            driver.get().attach(added, planOf(plan, added), inside);
            foreign.arrived(List.of(added), inside);
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
            undo(book.member(id, member.network()).orElse(member), e);
            throw e;
        }
    }

    private Attachment fresh(Attachment a) {
        return attachment(
                book.member(a.endpoint().container(), a.network().id()).orElseThrow());
    }

    private void undo(Member member, GantryException failure) {
        try {
            takedown.end(List.of(member), Optional.empty());
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
        foreign.end(List.of(member));
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
            foreign.end(List.of(member));
            driver.get().route(endpoints.plan(row.id()), inside);
            turn.removeFromHosts(ips(gone));
        }
    }

    /// Other ports, in its turn; `stored` is done while both are there, or neither.
    void republish(StoredContainer row, List<PortWish> add, List<PortWish> remove, Runnable stored) {
        ForeignRuns.refusePorts(row.name(), book.attachments(row.id()));
        List<PortRequest> requests =
                add.stream().flatMap(w -> w.requests().stream()).toList();
        endpoints
                .ports()
                .change(
                        row.id(),
                        row.name(),
                        requests,
                        p -> remove.stream().anyMatch(r -> r.covers(p)),
                        driver.get(),
                        stored);
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
        List<Member> members =
                book.of(id).stream().filter(m -> m.endpoint().isPresent()).toList();
        takedown.end(members, lent.end(id));
        foreign.end(members);
    }

    /// Whether its row is still needed for a driver that has not heard of its end.
    boolean owes(ContainerId id, NetworkId network) {
        return foreign.farewells().owes(id, network);
    }

    /// The containers of an earlier engine are all known.
    void settled() {
        foreign.farewells().becomePatient();
    }

    void renamed(ContainerId id, String name) {
        endpoints.renamed(id, name);
    }

    @Override
    public void close() {
        resolvers.close();
        foreign.close();
        driver.close();
        endpoints.hostPorts().close();
    }
}
