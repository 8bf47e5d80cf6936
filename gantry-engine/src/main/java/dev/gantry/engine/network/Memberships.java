package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.ContainerNetworks;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.container.EndpointWish;
import dev.gantry.engine.container.PortWish;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.engine.container.Turn;
import dev.gantry.network.endpoint.EndpointMaker;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.runtime.watch.Watch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who is in which network, from the creation of a container to its removal.
final class Memberships implements ContainerNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(Memberships.class);

    private final NetworkBook book;
    private final NetworkTable table;
    private final Runs runs;
    private final Overlays overlays;

    /// How to act on a container in its turn; known once there are containers.
    private volatile Turns turns = (id, _) -> {
        throw new NotFound("find container " + id.shortHex(), "there is none yet", "see gantry ps -a");
    };

    Memberships(NetworkBook book, NetworkTable table, Runs runs, Overlays overlays) {
        this.book = book;
        this.table = table;
        this.runs = runs;
        this.overlays = overlays;
    }

    void actThrough(Turns containers) {
        turns = containers;
    }

    String usual() {
        return runs.able() && book.named(Predefined.BRIDGE).isPresent() ? Predefined.BRIDGE : Predefined.NONE;
    }

    /// Nobody is in it any more.
    void removed(Network network) {
        runs.removed(network);
    }

    // the life of a container

    @Override
    public ContainerSpec resolved(ContainerSpec asked) {
        ContainerSpec spec = asked;
        ContainerSpec.Network kind = spec.network();
        if (kind == ContainerSpec.Network.DEFAULT) {
            boolean bridged = usual().equals(Predefined.BRIDGE);
            kind = bridged ? ContainerSpec.Network.NETWORKS : ContainerSpec.Network.NONE;
            if (bridged && spec.networking().endpoints().isEmpty()) {
                spec = spec.toBuilder()
                        .networking(spec.networking().with(List.of(EndpointWish.in(Predefined.BRIDGE))))
                        .build();
            }
        }
        if (kind != ContainerSpec.Network.NETWORKS) {
            refusePlaces(spec, kind);
            return spec.toBuilder().network(kind).build();
        }
        runs.checkAble("create a container of " + spec.image());
        List<EndpointWish> named = new ArrayList<>();
        Set<NetworkId> seen = new HashSet<>();
        for (EndpointWish wish : spec.networking().endpoints()) {
            Network network = book.find(wish.network());
            check(network, wish.request(), "create a container of " + spec.image());
            if (!seen.add(network.id())) {
                throw new InvalidArgument(
                        "create a container of " + spec.image(),
                        "network " + network.name() + " is specified multiple times",
                        "name it once");
            }
            named.add(EndpointWish.of(network.id().hex(), wish.request()));
        }
        return spec.toBuilder()
                .network(kind)
                .networking(spec.networking().with(named))
                .build();
    }

    /// On a network that is not its own a container has no places to choose.
    private static void refusePlaces(ContainerSpec spec, ContainerSpec.Network kind) {
        String what = "create a container of " + spec.image();
        if (!spec.networking().endpoints().isEmpty()) {
            throw new InvalidArgument(
                    what,
                    "container cannot be connected to multiple networks with one of the networks in "
                            + (kind == ContainerSpec.Network.NONE ? "private (none)" : "host or container") + " mode",
                    "name networks only");
        }
    }

    private void check(Network network, EndpointRequest request, String what) {
        if (network.driver().equals("host") || network.driver().equals("null")) {
            throw new InvalidArgument(
                    what,
                    "container cannot be connected to multiple networks with one of the networks in "
                            + (network.driver().equals("host") ? "host" : "private (none)") + " mode",
                    "name networks only");
        }
        if (Overlays.isOverlay(network)) {
            overlays.checkAble(what);
            if (!network.spec().attachable()) {
                throw new Forbidden(
                        what,
                        "Could not attach to network " + network.name() + ": network " + network.name()
                                + " not manually attachable",
                        "create it with --attachable");
            }
        }
        EndpointMaker.check(network, request, what);
    }

    @Override
    public void join(ContainerId id, ContainerSpec spec) {
        if (spec.network() != ContainerSpec.Network.NETWORKS) {
            return;
        }
        List<Member> members = spec.networking().endpoints().stream()
                .map(w -> Member.of(id, new NetworkId(w.network()), w.request()))
                .toList();
        table.put(members, List.of(), Durability.PROCESS);
        members.forEach(book::put);
    }

    @Override
    public Run begin(ContainerId id, String name, ContainerSpec spec) {
        lend(id, spec);
        return spec.network() == ContainerSpec.Network.NETWORKS ? runs.begin(id, name, spec) : Run.NOWHERE;
    }

    private void lend(ContainerId borrower, ContainerSpec spec) {
        if (spec.network() == ContainerSpec.Network.CONTAINER) {
            runs.lend(new ContainerId(spec.networking().container()), borrower);
        }
    }

    @Override
    public void adopted(StoredContainer row, Watch watch) {
        lend(row.id(), row.spec());
        runs.adopted(row, watch);
    }

    @Override
    public void renamed(ContainerId id, String name) {
        runs.renamed(id, name);
    }

    @Override
    public void end(ContainerId id) {
        runs.end(id);
    }

    @Override
    public void forget(ContainerId id) {
        runs.end(id);
        List<NetworkId> left = book.of(id).stream().map(Member::network).toList();
        if (!left.isEmpty()) {
            left.forEach(network -> book.remove(id, network));
            List<NetworkId> done =
                    left.stream().filter(network -> !runs.owes(id, network)).toList();
            table.remove(id, done, List.of(), Durability.PROCESS);
        }
    }

    @Override
    public void settle(Set<ContainerId> known) {
        for (ContainerId id : book.containers()) {
            if (!known.contains(id)) {
                forget(id);
            }
        }
        runs.settled();
    }

    // changes of a container that is there

    void connect(Network network, ContainerId container, EndpointRequest request) {
        turns.act(container, turn -> {
            StoredContainer row = turn.row();
            String what = "connect container " + row.name() + " to network " + network.name();
            switch (row.spec().network()) {
                case HOST ->
                    throw new InvalidArgument(
                            what,
                            "container cannot be disconnected from host network or connected to host network",
                            "create it with --network " + network.name());
                case CONTAINER ->
                    throw new InvalidArgument(
                            what,
                            "container sharing network namespace with another container or host cannot be connected"
                                    + " to any other network",
                            "connect the other container");
                case NONE, DEFAULT ->
                    throw new InvalidArgument(
                            what,
                            "container cannot be connected to multiple networks with one of the networks in private"
                                    + " (none) mode",
                            "disconnect it from none first, or create it with --network " + network.name());
                case NETWORKS -> {}
            }
            if (network.driver().equals(Drivers.NULL) && book.of(container).isEmpty()) {
                turn.respecify(in(row.spec(), ContainerSpec.Network.NONE));
                return;
            }
            if (book.member(container, network.id()).isPresent()) {
                throw new Forbidden(
                        what,
                        "endpoint with name " + row.name() + " already exists in network " + network.name(),
                        "disconnect it first to change how it is connected");
            }
            check(network, request, what);
            var member = Member.of(container, network.id(), request);
            turn.watch().ifPresent(watch -> runs.plug(turn, watch, member));
            table.put(List.of(book.member(container, network.id()).orElse(member)), List.of(), Durability.POWER)
                    .await();
            if (turn.watch().isEmpty()) {
                book.put(member);
            }
            settleWayOut(turn);
        });
    }

    /// A change of its networks may give a running container its way out, or take it.
    private void settleWayOut(Turn turn) {
        Watch watch = turn.watch().orElse(null);
        if (watch == null) {
            return;
        }
        ContainerId id = turn.row().id();
        try {
            for (Member m : runs.wayOut().superfluous(id)) {
                runs.unplug(turn, watch, m);
                table.remove(id, List.of(m.network()), List.of(), Durability.POWER)
                        .await();
                book.remove(id, m.network());
            }
            runs.wayOut().missing(id).ifPresent(m -> runs.plug(turn, watch, m));
        } catch (GantryException e) {
            LOG.warn("container id={} has no way out of its overlay networks: {}", id.shortHex(), e.getMessage());
        }
    }

    private static ContainerSpec in(ContainerSpec spec, ContainerSpec.Network kind) {
        return spec.toBuilder()
                .network(kind)
                .networking(spec.networking().with(List.of()))
                .build();
    }

    void publish(ContainerId container, List<PortWish> add, List<PortWish> remove) {
        turns.act(container, turn -> {
            StoredContainer row = turn.row();
            if (row.spec().network() != ContainerSpec.Network.NETWORKS) {
                throw new InvalidArgument(
                        "publish ports of container " + row.name(),
                        "it is in no network in which ports are published",
                        "create it with --network bridge");
            }
            ContainerSpec after = row.spec().toBuilder()
                    .networking(row.spec().networking().publishing(add, remove))
                    .build();
            if (turn.watch().isPresent()) {
                runs.republish(row, add, remove, () -> turn.respecify(after));
            } else {
                turn.respecify(after);
            }
        });
    }

    void disconnect(Network network, ContainerId container, boolean force) {
        try {
            turns.act(container, turn -> {
                StoredContainer row = turn.row();
                String what = "disconnect container " + row.name() + " from network " + network.name();
                if (row.spec().network() == ContainerSpec.Network.HOST) {
                    throw new InvalidArgument(
                            what,
                            "container cannot be disconnected from host network or connected to host network",
                            "create it again with another --network");
                }
                if (network.driver().equals(Drivers.NULL) && row.spec().network() == ContainerSpec.Network.NONE) {
                    // As dockerd has it: then it is in no network, and can be connected to others.
                    turn.respecify(in(row.spec(), ContainerSpec.Network.NETWORKS));
                    return;
                }
                Member member = book.member(container, network.id())
                        .orElseThrow(() -> new Forbidden(
                                what,
                                "container " + container.hex() + " is not connected to network " + network.name(),
                                "see gantry network inspect " + network.name()));
                turn.watch().ifPresent(watch -> runs.unplug(turn, watch, member));
                boolean owed = runs.owes(container, network.id());
                if (!owed) {
                    table.remove(container, List.of(network.id()), List.of(), Durability.POWER)
                            .await();
                }
                book.remove(container, network.id());
                if (owed && !runs.owes(container, network.id())) {
                    table.remove(container, List.of(network.id()), List.of(), Durability.POWER)
                            .await();
                }
                settleWayOut(turn);
            });
        } catch (NotFound e) {
            if (!force) {
                throw e;
            }
            forget(container);
        }
    }
}
