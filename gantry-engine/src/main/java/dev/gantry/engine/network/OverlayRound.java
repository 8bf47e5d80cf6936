package dev.gantry.engine.network;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.network.NetworkBook.Elsewhere;
import dev.gantry.engine.network.overlay.BlockWish;
import dev.gantry.engine.network.overlay.HostState;
import dev.gantry.engine.network.overlay.OverlayDirectory;
import dev.gantry.engine.network.overlay.OverlayEndpoint;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Blocks;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What follows from the book and from what other hosts say: their networks are noted or removed here,
/// their endpoints noted and reached, blocks of addresses given to those who wish for some, and what this
/// host has is published. A round starts from nothing, so that none has to know what the last one did. Of
/// one thread.
final class OverlayRound {
    private static final Logger LOG = LoggerFactory.getLogger(OverlayRound.class);

    private final OverlayDirectory directory;
    private final NetworkBook book;
    private final Tunnels tunnels;
    private final SharedNetworks networks;
    private final Supplier<List<BlockWish>> wishes;
    private final Consumer<String> encryption;
    private final OverlayConflicts conflicts;

    /// What was refused in the last round is not logged again.
    private Set<String> refusedBefore = Set.of();

    private final Set<String> refused = new HashSet<>();
    private boolean failed;

    OverlayRound(
            OverlayDirectory directory,
            NetworkBook book,
            Tunnels tunnels,
            SharedNetworks networks,
            Supplier<List<BlockWish>> wishes,
            Consumer<String> encryption,
            OverlayConflicts conflicts) {
        this.directory = directory;
        this.book = book;
        this.tunnels = tunnels;
        this.networks = networks;
        this.wishes = wishes;
        this.encryption = encryption;
        this.conflicts = conflicts;
    }

    /// False when something failed that may succeed later without another change.
    boolean settle() {
        refused.clear();
        failed = false;
        conflicts.begin();
        Map<Ip, HostState> others = directory.others();
        others.forEach(this::withdraw);
        adopt(others);
        shareOut(others);
        book.elsewhere(endpoints(others));
        tunnels.keep(ours().stream().map(Network::id).collect(Collectors.toSet()));
        ours().forEach(n -> attempt(() -> tunnels.lead(n)));
        directory.publish(mine());
        conflicts.end();
        refusedBefore = Set.copyOf(refused);
        return !failed;
    }

    private List<Network> ours() {
        return book.networks().stream()
                .filter(n -> Overlays.isOverlay(n) && !n.span().isNone())
                .toList();
    }

    /// One thing that is refused, or that nobody thought of, keeps nobody else from it.
    private void attempt(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            // What a host must not say, it may say for ever: another change comes before it is right.
            failed |= !(e instanceof Forbidden
                    || e instanceof Conflict
                    || e instanceof InvalidArgument
                    || e instanceof Unsupported);
            String why = e instanceof GantryException ? e.getMessage() : e.toString();
            if (refused.add(why) && !refusedBefore.contains(why)) {
                LOG.warn("overlay: {}", why);
            }
        }
    }

    // networks

    /// What its home has no more goes, as soon as nobody here is in it.
    private void withdraw(Ip host, HostState state) {
        Set<NetworkId> there = new HashSet<>();
        state.networks().forEach(n -> there.add(n.id()));
        for (Network n : ours()) {
            if (n.span().home().equals(host) && !there.contains(n.id())) {
                attempt(() -> networks.withdraw(n));
            }
        }
    }

    private record Offer(Ip host, Network network) {}

    /// What a host has it keeps. Of several that it does not have, and that cannot be beside each other, it
    /// takes the one that was created first: so do all others, in whatever order they hear of them.
    private void adopt(Map<Ip, HostState> others) {
        List<Offer> offers = new ArrayList<>();
        others.forEach((host, state) -> state.networks().forEach(n -> offers.add(new Offer(host, n))));
        offers.sort(Comparator.comparing((Offer o) -> o.network().created())
                .thenComparing(o -> o.network().id().hex()));
        for (Offer o : offers) {
            attempt(() -> adopt(o.network(), o.host()));
        }
    }

    private void adopt(Network n, Ip host) {
        List<Network> existing = book.networks();
        if (existing.contains(n)) {
            return;
        }
        boolean known = existing.stream().anyMatch(e -> e.id().equals(n.id()));
        if (!known) {
            conflicts.heldBack(n, host, existing);
        }
        OverlayChecks.definition(n, host, existing);
        if (OverlayChecks.isEncrypted(n)) {
            encryption.accept("share network " + n.name() + " of host " + host);
        }
        networks.adopt(n);
    }

    // addresses

    /// Of the networks of this host: blocks for hosts that have none yet, and for those who wish for more.
    private void shareOut(Map<Ip, HostState> others) {
        Ip self = directory.self();
        for (Network n : ours()) {
            if (!n.span().home().equals(self)) {
                continue;
            }
            attempt(() -> networks.respan(n.id(), now -> {
                Network next = now.with(Blocks.share(now, directory.hosts()));
                next = granted(next, self, wishes.get());
                for (Map.Entry<Ip, HostState> other : others.entrySet()) {
                    next = granted(next, other.getKey(), other.getValue().wishes());
                }
                return next.span();
            }));
        }
    }

    /// One block of a family at a time, and what was granted already changes nothing. Another host gets at most half of
    /// them: whoever it is, the others have something left.
    private Network granted(Network network, Ip host, List<BlockWish> wishes) {
        boolean own = host.equals(directory.self());
        Network next = network;
        for (Family family : Family.values()) {
            if (own || Blocks.count(next, host, family) < Blocks.most(next, family)) {
                Network before = next;
                next = wishes.stream()
                        .filter(w -> w.network().equals(before.id()))
                        .flatMap(w -> granted(before, host, family, w).stream())
                        .findFirst()
                        .map(before::with)
                        .orElse(before);
            }
        }
        return next;
    }

    private static Optional<Span> granted(Network network, Ip host, Family family, BlockWish wish) {
        return switch (wish) {
            case BlockWish.More m ->
                m.family() == family && Blocks.count(network, host, family) < m.blocks()
                        ? Blocks.grow(network, host, family)
                        : Optional.empty();
            case BlockWish.Around a ->
                a.address().family() == family ? Blocks.claim(network, host, a.address()) : Optional.empty();
        };
    }

    // endpoints

    private List<Elsewhere> endpoints(Map<Ip, HostState> others) {
        List<Elsewhere> all = new ArrayList<>();
        Map<NetworkId, Set<String>> known = new HashMap<>();
        book.attachments()
                .forEach(a -> known.computeIfAbsent(a.network().id(), _ -> new HashSet<>())
                        .addAll(addresses(a)));
        // Who was there before keeps its addresses, whoever else claims them now.
        Set<Said> before = new HashSet<>();
        book.elsewhere().forEach(e -> before.add(Said.of(e)));
        List<Place> said = new ArrayList<>();
        others.forEach((host, state) -> state.endpoints().forEach(e -> said.add(new Place(host, e))));
        said.sort(Comparator.comparing((Place p) -> !before.contains(p.said()))
                .thenComparing(p -> p.endpoint().id().hex()));
        said.forEach(p -> note(p.host(), p.endpoint(), known, all));
        noteNames(all);
        return all;
    }

    private record Place(Ip host, OverlayEndpoint endpoint) {
        Said said() {
            return new Said(host, endpoint.id(), endpoint.mac());
        }
    }

    private record Name(NetworkId network, String name) {
        static Name of(Attachment a) {
            return new Name(a.network().id(), a.endpoint().names().getFirst());
        }
    }

    private void noteNames(List<Elsewhere> elsewhere) {
        Map<Name, Attachment> first = new HashMap<>();
        book.attachments().forEach(a -> first.putIfAbsent(Name.of(a), a));
        for (Elsewhere e : elsewhere) {
            Attachment other = first.putIfAbsent(Name.of(e.attachment()), e.attachment());
            if (other != null) {
                conflicts.sameName(e.attachment(), e.host(), other);
            }
        }
    }

    /// The hardware address of an endpoint, and who said so.
    private record Said(Ip host, EndpointId endpoint, MacAddress mac) {
        static Said of(Elsewhere e) {
            return new Said(
                    e.host(),
                    e.attachment().endpoint().id(),
                    e.attachment().endpoint().mac());
        }
    }

    private void note(Ip host, OverlayEndpoint e, Map<NetworkId, Set<String>> known, List<Elsewhere> all) {
        Optional<Network> network = book.get(e.network()).filter(n -> !n.span().isNone());
        network.ifPresent(n -> attempt(() -> {
            Set<String> taken = known.computeIfAbsent(n.id(), _ -> new HashSet<>());
            try {
                OverlayChecks.endpoint(e, host, n, taken);
            } catch (Conflict refusal) {
                conflicts.notReached(e, host, refusal.why());
                throw refusal;
            }
            Attachment a = attachment(n, e);
            taken.addAll(addresses(a));
            all.add(new Elsewhere(host, a));
        }));
    }

    private static List<String> addresses(Attachment a) {
        List<String> all = new ArrayList<>(List.of(a.endpoint().mac().text()));
        a.endpoint().addresses().forEach(x -> all.add(x.address().toString()));
        return all;
    }

    private static Attachment attachment(Network network, OverlayEndpoint e) {
        var request = new EndpointRequest(e.aliases(), Map.of(), List.of(), List.of(), null, Map.of(), 0);
        List<AddressWithPrefix> addresses = e.addresses().stream()
                .map(ip -> new AddressWithPrefix(
                        ip,
                        network.subnets().stream()
                                .filter(s -> s.contains(ip))
                                .findFirst()
                                .orElseThrow()
                                .prefix()))
                .toList();
        return new Attachment(
                network,
                new Endpoint(e.id(), network.id(), e.container(), e.names(), request, addresses, e.mac(), List.of()));
    }

    private HostState mine() {
        List<Network> shared = ours();
        List<OverlayEndpoint> endpoints = new ArrayList<>();
        for (Attachment a : book.attachments()) {
            if (!a.network().span().isNone()) {
                Endpoint e = a.endpoint();
                endpoints.add(new OverlayEndpoint(
                        e.id(),
                        e.network(),
                        e.container(),
                        e.names(),
                        e.request().aliases(),
                        e.addresses().stream().map(AddressWithPrefix::address).toList(),
                        e.mac()));
            }
        }
        return new HostState(
                shared.stream()
                        .filter(n -> n.span().home().equals(directory.self()))
                        .toList(),
                endpoints,
                wishes.get());
    }
}
