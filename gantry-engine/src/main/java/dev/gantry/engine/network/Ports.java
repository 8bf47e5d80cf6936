package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.driver.NetworkDriver;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.Route;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import dev.gantry.network.port.PortRequest;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.port.PublishedPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/// Which ports of the host lead to a container: chosen for a run, and changed while it lasts.
final class Ports {
    private final NetworkBook book;
    private final NetworkTable table;
    private final Instance instance;
    private final PortHolder hostPorts;

    Ports(NetworkBook book, NetworkTable table, Instance instance, PortHolder hostPorts) {
        this.book = book;
        this.table = table;
        this.instance = instance;
        this.hostPorts = hostPorts;
    }

    /// The ports are those of the endpoint through which the container reaches the outside, by family.
    List<Member> published(List<Member> members, String name, List<PortRequest> requests) {
        return requests.isEmpty() || members.isEmpty()
                ? members
                : given(members, take(members, name, requests, hostPorts.attempt(List.of())));
    }

    /// Ports, and which endpoint has those of which family.
    private record Taken(List<PublishedPort> ports, Map<Family, EndpointId> ways) {}

    private Taken take(List<Member> members, String name, List<PortRequest> requests, PortHolder.Attempt attempt) {
        List<Attachment> attachments = attachments(members);
        SandboxPlan plan = SandboxPlan.of(instance, attachments, Map.of());
        Map<Family, EndpointId> ways = new HashMap<>();
        List<Ip> everywhere = new ArrayList<>();
        for (Family family : Family.values()) {
            way(plan, family).ifPresent(id -> {
                ways.put(family, id);
                binding(attachments, id, family).ifPresent(everywhere::add);
            });
        }
        // Without IPv6 of its own it is reached at an address of the host's through a relay.
        boolean relayed = !ways.containsKey(Family.IPV6)
                && attachments.stream()
                        .filter(a -> a.endpoint().id().equals(ways.get(Family.IPV4)))
                        .anyMatch(a -> a.network().options() instanceof DriverOptions.Bridge b
                                && b.gatewayMode(Family.IPV4).translates());
        if (relayed) {
            ways.put(Family.IPV6, Objects.requireNonNull(ways.get(Family.IPV4)));
        }
        check(name, requests, ways, relayed);
        List<PublishedPort> got = List.of();
        try {
            got = book.ports().allocate(requests, everywhere, name, attempt);
        } finally {
            attempt.keep(got);
        }
        return new Taken(got, ways);
    }

    /// These in addition to what they have.
    private static List<Member> given(List<Member> members, Taken taken) {
        return members.stream()
                .map(m -> m.endpoint()
                        .map(e -> m.with(e.withPorts(more(e, taken))))
                        .orElse(m))
                .toList();
    }

    private static List<PublishedPort> more(Endpoint e, Taken taken) {
        List<PublishedPort> all = new ArrayList<>(e.ports());
        taken.ports().stream()
                .filter(p -> e.id().equals(taken.ways().get(p.hostIp().family())))
                .forEach(all::add);
        return all;
    }

    /// Other ports for a container that runs, in one transaction of the firewall. `stored` runs when they are there;
    /// when it fails, or anything does, all is as before.
    void change(
            ContainerId id,
            String name,
            List<PortRequest> add,
            Predicate<PublishedPort> remove,
            NetworkDriver driver,
            Runnable stored) {
        List<Member> before =
                book.of(id).stream().filter(m -> m.endpoint().isPresent()).toList();
        List<PublishedPort> gone = portsOf(before).stream().filter(remove).toList();
        List<Member> less = before.stream().map(m -> without(m, gone)).toList();
        book.ports().release(gone);
        Taken taken;
        try {
            taken = add.isEmpty() ? new Taken(List.of(), Map.of()) : take(less, name, add, hostPorts.attempt(gone));
        } catch (GantryException e) {
            book.ports().restore(gone, name);
            throw e;
        }
        try {
            apply(given(less, taken), gone, driver);
            stored.run();
        } catch (GantryException e) {
            book.ports().release(taken.ports());
            book.ports().restore(gone, name);
            undo(before, taken.ports(), driver, e);
            hostPorts.release(taken.ports(), gone);
            throw e;
        }
        hostPorts.release(gone, taken.ports());
    }

    private void apply(List<Member> members, List<PublishedPort> gone, NetworkDriver driver) {
        table.put(members, List.of(), Durability.PROCESS);
        members.forEach(book::put);
        List<Attachment> attachments = attachments(members);
        attachments.forEach(driver::publish);
        hostPorts.stopCarrying(gone);
        hostPorts.carry(attachments);
    }

    private void undo(List<Member> before, List<PublishedPort> taken, NetworkDriver driver, GantryException cause) {
        try {
            apply(before, taken, driver);
        } catch (GantryException e) {
            cause.addSuppressed(e);
        }
    }

    private List<Attachment> attachments(List<Member> members) {
        List<Attachment> all = new ArrayList<>();
        members.forEach(m -> m.endpoint().ifPresent(e -> all.add(new Attachment(book.need(m.network()), e))));
        return all;
    }

    private static List<PublishedPort> portsOf(List<Member> members) {
        return members.stream()
                .flatMap(m -> m.endpoint().stream())
                .flatMap(e -> e.ports().stream())
                .toList();
    }

    private static Member without(Member m, List<PublishedPort> gone) {
        return m.endpoint()
                .map(e -> m.with(e.withPorts(
                        e.ports().stream().filter(p -> !gone.contains(p)).toList())))
                .orElse(m);
    }

    private static void check(String name, List<PortRequest> requests, Map<Family, EndpointId> ways, boolean relayed) {
        for (PortRequest r : requests) {
            Ip ip = r.hostIp();
            if (ip != null && !ip.isV4() && r.container().protocol() == Protocol.SCTP && (relayed || ip.isLoopback())) {
                throw new InvalidArgument(
                        "publish port " + r.container() + " of " + name,
                        "what comes for " + ip + " is carried to the container, and SCTP cannot be",
                        relayed ? "connect it to a network with IPv6" : "publish it on another address");
            }
            if (ways.isEmpty() || (ip != null && !ways.containsKey(ip.family()))) {
                throw new InvalidArgument(
                        "publish port " + r.container() + " of " + name,
                        ways.isEmpty()
                                ? "it is in internal networks only, which nobody outside reaches"
                                : "it has no "
                                        + Objects.requireNonNull(ip).family().words()
                                        + " address that could be reached at " + ip,
                        "leave -p out, or connect it to another network");
            }
        }
    }

    private static Optional<EndpointId> way(SandboxPlan plan, Family family) {
        return plan.endpoints().stream()
                .filter(p -> p.routes().stream().anyMatch(r -> isDefault(r, family)))
                .map(EndpointPlan::endpoint)
                .findFirst();
    }

    private static boolean isDefault(Route r, Family family) {
        return r.isDefault() && r.destination().family() == family;
    }

    /// The address of the host for ports that name none. A network that is bound to one IPv4 address is bound to no
    /// IPv6
    /// address.
    private static Optional<Ip> binding(List<Attachment> attachments, EndpointId id, Family family) {
        Ip everywhere = family == Family.IPV4 ? Ip.ANY_V4 : Ip.ANY_V6;
        Optional<Ip> bound = attachments.stream()
                .filter(a -> a.endpoint().id().equals(id))
                .flatMap(a -> a.network().options() instanceof DriverOptions.Bridge b
                        ? Optional.ofNullable(b.hostBinding()).stream()
                        : java.util.stream.Stream.empty())
                .findFirst();
        if (family == Family.IPV6 && bound.isPresent() && !bound.get().equals(Ip.ANY_V4)) {
            return Optional.empty();
        }
        return Optional.of(family == Family.IPV4 ? bound.orElse(everywhere) : everywhere);
    }
}
