package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.Span;
import dev.gantry.network.port.PortBook;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// Networks, their members, and which addresses and ports these hold: in memory, as it is stored. Built from rows
/// alone.
final class NetworkBook {
    private record Entry(Network network, Addresses addresses) {}

    /// Guarded by this object, as are the members.
    private final Map<NetworkId, Entry> networks = new LinkedHashMap<>();

    private final Map<ContainerId, Map<NetworkId, Member>> members = new LinkedHashMap<>();
    private final PortBook ports = new PortBook();
    private final AtomicLong version = new AtomicLong();

    /// Of networks that hosts share, the endpoints that are on other hosts.
    private List<Elsewhere> elsewhere = List.of();

    private Ip self = Ip.ANY_V4;
    private Runnable onChange = () -> {};

    /// An endpoint on another host.
    record Elsewhere(Ip host, Attachment attachment) {}

    NetworkBook(Collection<Network> storedNetworks, Collection<Member> storedMembers) {
        for (Network network : storedNetworks) {
            List<Ip> inUse = storedMembers.stream()
                    .filter(m -> m.network().equals(network.id()))
                    .flatMap(m -> m.endpoint().stream())
                    .flatMap(e -> e.addresses().stream())
                    .map(AddressWithPrefix::address)
                    .toList();
            networks.put(network.id(), new Entry(network, new Addresses(network, inUse)));
        }
        for (Member m : storedMembers) {
            boolean there = networks.containsKey(m.network());
            put(there ? m : m.ended());
            m.endpoint().filter(_ -> there).ifPresent(e -> ports.restore(e.ports(), holder(e)));
        }
    }

    private static String holder(Endpoint e) {
        return e.names().isEmpty() ? e.container().shortHex() : e.names().getFirst();
    }

    /// Another number after each change of who is where.
    long version() {
        return version.get();
    }

    PortBook ports() {
        return ports;
    }

    /// This host, as others know it with whom it shares networks; and what to do after each change of these networks
    /// or of who is in them. It must return at once.
    synchronized void sharedAs(Ip host, Runnable then) {
        self = host;
        onChange = then;
        networks.values().forEach(this::restrict);
    }

    private void restrict(Entry entry) {
        Span span = entry.network().span();
        if (!span.isNone()) {
            entry.addresses().restrict(span.of(self));
        }
    }

    private void changed(NetworkId network) {
        version.incrementAndGet();
        Entry entry = networks.get(network);
        if (entry != null && !entry.network().span().isNone()) {
            onChange.run();
        }
    }

    // networks

    synchronized List<Network> networks() {
        List<Network> all = new ArrayList<>();
        networks.values().forEach(e -> all.add(e.network()));
        all.sort(Comparator.comparing(Network::name));
        return all;
    }

    synchronized Network need(NetworkId id) {
        return entry(id).network();
    }

    synchronized Addresses addresses(NetworkId id) {
        return entry(id).addresses();
    }

    private Entry entry(NetworkId id) {
        Entry entry = networks.get(id);
        if (entry == null) {
            throw unknown(id.hex());
        }
        return entry;
    }

    synchronized Optional<Network> get(NetworkId id) {
        return Optional.ofNullable(networks.get(id)).map(Entry::network);
    }

    synchronized Optional<Network> named(String name) {
        return networks.values().stream()
                .map(Entry::network)
                .filter(n -> n.name().equals(name))
                .findFirst();
    }

    Network find(String text) {
        List<Network> all = networks();
        for (Network n : all) {
            if (n.id().hex().equals(text)) {
                return n;
            }
        }
        for (Network n : all) {
            if (n.name().equals(text)) {
                return n;
            }
        }
        List<Network> begin = text.isEmpty()
                ? List.of()
                : all.stream().filter(n -> n.id().hex().startsWith(text)).toList();
        if (begin.size() > 1) {
            throw new InvalidArgument(
                    "find network " + text,
                    "network " + text + " is ambiguous (" + begin.size() + " matches found based on ID prefix)",
                    "write more digits of the id");
        }
        if (begin.isEmpty()) {
            throw unknown(text);
        }
        return begin.getFirst();
    }

    private static NotFound unknown(String text) {
        return new NotFound("find network " + text, "network " + text + " not found", "see gantry network ls");
    }

    synchronized void add(Network network) {
        var entry = new Entry(network, new Addresses(network, List.of()));
        restrict(entry);
        networks.put(network.id(), entry);
        changed(network.id());
    }

    /// Its blocks are others now.
    synchronized void respan(Network network) {
        var entry = new Entry(network, entry(network.id()).addresses());
        restrict(entry);
        networks.put(network.id(), entry);
        changed(network.id());
    }

    /// Takes it out unless somebody has an endpoint in it: then these come back, and it stays. Its members stay in any
    /// case, for their next start is to say that it is gone.
    synchronized List<Endpoint> removeUnlessUsed(NetworkId id) {
        List<Endpoint> active =
                in(id).stream().flatMap(m -> m.endpoint().stream()).toList();
        if (active.isEmpty()) {
            networks.remove(id);
            onChange.run();
        }
        return active;
    }

    // members

    /// [NotFound] for an endpoint in a network that was removed in the meantime.
    synchronized void put(Member m) {
        if (m.endpoint().isPresent()) {
            entry(m.network());
        }
        members.computeIfAbsent(m.container(), _ -> new LinkedHashMap<>()).put(m.network(), m);
        changed(m.network());
    }

    synchronized void remove(ContainerId container, NetworkId network) {
        Map<NetworkId, Member> of = members.get(container);
        if (of != null) {
            of.remove(network);
            if (of.isEmpty()) {
                members.remove(container);
            }
        }
        changed(network);
    }

    synchronized List<Member> of(ContainerId container) {
        return List.copyOf(members.getOrDefault(container, Map.of()).values());
    }

    synchronized Optional<Member> member(ContainerId container, NetworkId network) {
        return Optional.ofNullable(members.getOrDefault(container, Map.of()).get(network));
    }

    synchronized List<Member> in(NetworkId network) {
        return members.values().stream()
                .flatMap(of -> Optional.ofNullable(of.get(network)).stream())
                .toList();
    }

    synchronized Set<ContainerId> containers() {
        return Set.copyOf(members.keySet());
    }

    /// The endpoints there are of one container.
    List<Attachment> attachments(ContainerId container) {
        return attachments(of(container));
    }

    /// All endpoints there are.
    List<Attachment> attachments() {
        List<Member> all = new ArrayList<>();
        synchronized (this) {
            members.values().forEach(of -> all.addAll(of.values()));
        }
        return attachments(all);
    }

    /// All endpoints there are, those on other hosts too.
    List<Attachment> everywhere() {
        List<Attachment> all = new ArrayList<>(attachments());
        elsewhere().forEach(e -> all.add(e.attachment()));
        return all;
    }

    synchronized List<Elsewhere> elsewhere() {
        return elsewhere;
    }

    synchronized List<Elsewhere> elsewhere(NetworkId network) {
        return elsewhere.stream()
                .filter(e -> e.attachment().network().id().equals(network))
                .toList();
    }

    /// The endpoints on other hosts are these.
    synchronized void elsewhere(List<Elsewhere> all) {
        if (!all.equals(elsewhere)) {
            elsewhere = List.copyOf(all);
            version.incrementAndGet();
        }
    }

    private synchronized List<Attachment> attachments(List<Member> of) {
        List<Attachment> all = new ArrayList<>();
        for (Member m : of) {
            get(m.network()).ifPresent(n -> m.endpoint().ifPresent(e -> all.add(new Attachment(n, e))));
        }
        return all;
    }

    /// Its addresses and ports are free again.
    void release(Endpoint e) {
        Addresses addresses;
        synchronized (this) {
            Entry entry = networks.get(e.network());
            addresses = entry == null ? null : entry.addresses();
        }
        if (addresses != null) {
            Addresses pool = addresses;
            e.addresses().forEach(a -> pool.release(a.address()));
        }
        ports.release(e.ports());
    }
}
