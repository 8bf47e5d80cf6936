package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.linux.Linux;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointMaker;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.port.PortRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Takes what endpoints need out of the book (addresses, ports) and gives it back, with the rows and events of both.
final class Endpoints {
    private final NetworkBook book;
    private final NetworkTable table;
    private final Preparation preparation;
    private final Instance instance;
    private final EndpointMaker maker;
    private final PortHolder hostPorts;
    private final Ports ports;
    private final Clock clock;
    private final RandomGenerator random;
    private final ForeignNetworks foreign;

    /// What is done before addresses of a network are taken: it may have to be asked for some elsewhere.
    @FunctionalInterface
    interface Preparation {
        void prepare(Network network, EndpointRequest request, String what);
    }

    Endpoints(NetworkBook book, NetworkTable table, Instance instance, Clock clock, RandomGenerator random) {
        this(book, table, (_, _, _) -> {}, instance, new HostPorts(Linux.host()), clock, random, ForeignNetworks.NONE);
    }

    Endpoints(
            NetworkBook book,
            NetworkTable table,
            Preparation preparation,
            Instance instance,
            PortHolder hostPorts,
            Clock clock,
            RandomGenerator random,
            ForeignNetworks foreign) {
        this.book = book;
        this.table = table;
        this.preparation = preparation;
        this.instance = instance;
        this.maker = new EndpointMaker(random);
        this.hostPorts = hostPorts;
        this.ports = new Ports(book, table, instance, hostPorts);
        this.clock = clock;
        this.random = random;
        this.foreign = foreign;
    }

    PortHolder hostPorts() {
        return hostPorts;
    }

    Ports ports() {
        return ports;
    }

    /// The endpoints of a container for a run: of all its networks, or of none. `names` are its own.
    void take(ContainerId id, List<String> names, List<PortRequest> ports) {
        List<Member> taken = new ArrayList<>();
        try {
            for (Member m : book.of(id)) {
                taken.add(make(m, names));
            }
            keep(this.ports.published(taken, names.getFirst(), ports));
        } catch (GantryException e) {
            taken.forEach(m -> m.endpoint().ifPresent(made -> drop(made, e)));
            throw e;
        }
    }

    /// One more, for a container that runs.
    Member takeOne(Member member, List<String> names) {
        Member made = make(member, names);
        try {
            keep(List.of(made));
            return book.member(made.container(), made.network()).orElseThrow();
        } catch (GantryException e) {
            made.endpoint().ifPresent(dropped -> drop(dropped, e));
            throw e;
        }
    }

    /// Nobody has heard of it yet but who gave its addresses.
    private void drop(Endpoint made, GantryException failure) {
        release(made);
        Network network = book.need(made.network());
        if (!ForeignRuns.hasAddresses(network.spec())) {
            return;
        }
        try {
            var source = foreign.addresses(network.spec().ipam().driver()).of(network, made.mac());
            made.addresses().forEach(a -> source.release(a.address()));
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
    }

    private Member make(Member m, List<String> names) {
        Network network = book.need(m.network());
        preparation.prepare(
                network, m.request(), "connect container " + names.getFirst() + " to network " + network.name());
        return m.with(
                ForeignRuns.hasAddresses(network.spec())
                        ? foreign(network, m, names)
                        : maker.make(network, book.addresses(network.id()), m.container(), names, m.request()));
    }

    private Endpoint foreign(Network network, Member m, List<String> names) {
        ForeignAddresses addresses = foreign.addresses(network.spec().ipam().driver());
        MacAddress mac = m.request().mac() != null
                ? m.request().mac()
                : addresses.wantsMac() ? MacAddress.random(random) : MacAddress.UNKNOWN;
        Endpoint made = maker.make(network, addresses.of(network, mac), m.container(), names, m.request());
        return mac.equals(MacAddress.UNKNOWN) ? made : made.withPlace(made.addresses(), mac);
    }

    /// The endpoint is as its driver made it.
    void replace(Endpoint changed) {
        book.member(changed.container(), changed.network()).ifPresent(m -> replace(changed, m.interfaceName()));
    }

    void replace(Endpoint changed, String interfaceName) {
        book.member(changed.container(), changed.network()).ifPresent(m -> {
            Member fresh = m.with(changed).called(interfaceName);
            table.put(List.of(fresh), List.of(), Durability.PROCESS);
            book.put(fresh);
        });
    }

    /// Noted in memory and stored, with the names of their interfaces.
    private void keep(List<Member> made) {
        if (made.isEmpty()) {
            return;
        }
        ContainerId id = made.getFirst().container();
        List<EventDraft> events = made.stream().map(m -> event(m, "connect")).toList();
        List<Member> before = book.of(id);
        try {
            made.forEach(book::put);
            List<Member> named = named(id);
            table.put(named, events, Durability.PROCESS);
            named.forEach(book::put);
        } catch (GantryException e) {
            made.forEach(m -> before.stream()
                    .filter(b -> b.network().equals(m.network()))
                    .findFirst()
                    .ifPresentOrElse(book::put, () -> book.remove(id, m.network())));
            throw e;
        }
    }

    private List<Member> named(ContainerId id) {
        Map<EndpointId, String> names = new HashMap<>();
        plan(id).endpoints().forEach(p -> names.put(p.endpoint(), p.interfaceName()));
        List<Member> all = new ArrayList<>();
        for (Member m : book.of(id)) {
            m.endpoint().ifPresent(e -> all.add(m.called(names.getOrDefault(e.id(), ""))));
        }
        return all;
    }

    /// Where the container's interfaces are, and its routes; names that interfaces have already stay.
    SandboxPlan plan(ContainerId id) {
        Map<EndpointId, String> before = new HashMap<>();
        for (Member m : book.of(id)) {
            if (!m.interfaceName().isEmpty()) {
                m.endpoint().ifPresent(e -> before.put(e.id(), m.interfaceName()));
            }
        }
        return SandboxPlan.of(instance, book.attachments(id), before);
    }

    // the end

    /// Whether the host can take its interface away from inside any namespace.
    boolean hasPartOnHost(Endpoint e) {
        return book.get(e.network())
                .map(n -> n.options() instanceof DriverOptions.Bridge || n.options() instanceof DriverOptions.Overlay)
                .orElse(true);
    }

    /// All endpoints of a container are over. Their members stay.
    void giveBack(ContainerId id) {
        giveBack(book.of(id).stream().filter(m -> m.endpoint().isPresent()).toList());
    }

    /// These endpoints are over.
    void giveBack(List<Member> members) {
        end(members);
        free(members.stream().flatMap(m -> m.endpoint().stream()).toList());
    }

    /// Others may have what these had; of those with a driver of somebody else's only once it is [#settled].
    void free(List<Endpoint> over) {
        over.stream().filter(e -> !isForeign(e.network())).forEach(this::release);
    }

    /// As [#giveBack], but what they had stays taken until [#free].
    void end(List<Member> members) {
        if (members.isEmpty()) {
            return;
        }
        List<Member> free = members.stream().map(Member::ended).toList();
        // The row of one whose driver is still to hear of it stays as it is until then.
        List<Member> known = free.stream().filter(m -> !isForeign(m.network())).toList();
        table.put(known, members.stream().map(m -> event(m, "disconnect")).toList(), Durability.PROCESS);
        free.forEach(book::put);
    }

    private boolean isForeign(NetworkId network) {
        return book.get(network).filter(ForeignRuns::concerns).isPresent();
    }

    /// The driver of an endpoint that is over has heard of it: its ports are free, and its row is done with.
    void settled(Endpoint over) {
        release(over);
        Optional<Member> now = book.member(over.container(), over.network());
        if (now.isEmpty()) {
            table.remove(over.container(), List.of(over.network()), List.of(), Durability.PROCESS);
        } else if (now.get().endpoint().isEmpty()) {
            table.put(List.of(now.get()), List.of(), Durability.PROCESS);
        }
    }

    private void release(Endpoint e) {
        hostPorts.release(e.ports());
        book.release(e);
    }

    /// Others find it by another name.
    void renamed(ContainerId id, String name) {
        for (Member m : book.of(id)) {
            m.endpoint().ifPresent(e -> {
                List<String> names = new ArrayList<>(e.names());
                names.set(0, name);
                Member renamed = m.with(e.withNames(names));
                table.put(List.of(renamed), List.of(), Durability.PROCESS);
                book.put(renamed);
            });
        }
    }

    private EventDraft event(Member m, String action) {
        Optional<Network> network = book.get(m.network());
        return new EventDraft(
                clock.instant(),
                Event.Kind.NETWORK,
                action,
                m.network().hex(),
                Map.of(
                        "container",
                        m.container().hex(),
                        "name",
                        network.map(Network::name).orElse(""),
                        "type",
                        network.map(Network::driver).orElse("")));
    }
}
