package dev.gantry.network.driver;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.Link;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import dev.gantry.network.firewall.GantryTable;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The networks that the kernel makes: bridge, macvlan, ipvlan, overlay. It speaks to the kernel alone: no
/// process is started, and no thread enters a namespace.
///
/// ```java
/// try (NetworkDriver driver = KernelNetworks.open(Linux.host(), Instance.DEFAULT, Underlay.NONE)) {
///     driver.reconcile(networks, running);
/// }
/// ```
public final class KernelNetworks implements HostNetworks {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Instance instance;
    private final Underlay underlay;
    private final HostSockets sockets;
    private final HostLinks links;
    private final EndpointLinks endpoints;
    private final TunnelEntries tunnels;
    private final TunnelEncryption encryption;
    private final Firewall firewall;
    private final Forwarding forwarding;
    private final FirewallGuard guard;
    private final LinkReaper reaper;

    /// Guards the host's rtnetlink socket.
    private final ReentrantLock host = new ReentrantLock();

    /// What each has in the table now.
    private final Map<NetworkId, List<Element>> ofNetworks = new ConcurrentHashMap<>();

    private final Map<EndpointId, List<Element>> ofEndpoints = new ConcurrentHashMap<>();

    /// Sockets of the host's network namespace, which the driver closes: one for links, one for rules, one that
    /// hears when somebody else changes rules, and one for links that go.
    public record HostSockets(NetlinkSocket route, NetlinkSocket rules, NetlinkSocket events, NetlinkSocket gone) {}

    /// @param xfrm opens a socket to the kernel's IPsec, there too
    public KernelNetworks(
            Instance instance,
            Underlay underlay,
            HostSockets sockets,
            Supplier<NetlinkSocket> xfrm,
            HostSettings settings) {
        this.instance = instance;
        this.underlay = underlay;
        this.sockets = sockets;
        this.links = new HostLinks(instance, sockets.route(), settings, underlay);
        this.endpoints = new EndpointLinks(instance, sockets.route());
        this.tunnels = new TunnelEntries(instance, sockets.route());
        this.encryption = new TunnelEncryption(
                xfrm, EncryptionPlan.of(underlay.own(), EncryptionPlan.portBeside(underlay.port())));
        this.firewall = new Firewall(
                sockets.rules(), GantryTable.of(instance, !underlay.isNone() && TunnelEncryption.isTold(xfrm)));
        this.forwarding = new Forwarding(firewall::holds, firewall::change, settings);
        this.reaper = new LinkReaper(instance, sockets.gone());
        this.guard = FirewallGuard.start(sockets.events(), firewall);
    }

    /// In the network namespace of this process.
    public static KernelNetworks open(Linux linux, Instance instance, Underlay underlay) {
        NetlinkSocket route = NetlinkSocket.open(linux, NetlinkSocket.Protocol.ROUTE, TIMEOUT);
        NetlinkSocket rules = NetlinkSocket.open(linux, NetlinkSocket.Protocol.NETFILTER, TIMEOUT);
        NetlinkSocket events = NetlinkSocket.open(linux, NetlinkSocket.Protocol.NETFILTER, TIMEOUT);
        NetlinkSocket gone = NetlinkSocket.open(linux, NetlinkSocket.Protocol.ROUTE, TIMEOUT);
        return new KernelNetworks(
                instance,
                underlay,
                new HostSockets(route, rules, events, gone),
                () -> TunnelEncryption.open(linux),
                HostSettings.proc());
    }

    @Override
    public void create(Network network) {
        String what = "create network " + network.name();
        boolean sealed = isEncrypted(network) && encryption.need(network.id(), what);
        List<String> made = List.of();
        List<Element> wanted = elements(network);
        List<Element> before = ofNetworks.getOrDefault(network.id(), List.of());
        try {
            made = onHost(what, () -> links.create(network));
            during(what, () -> firewall.change(before, wanted));
            ofNetworks.put(network.id(), wanted);
            onHost(what, () -> links.open(network, forwarding::set));
        } catch (RuntimeException e) {
            if (!made.isEmpty()) {
                undo(e, () -> remove(network));
            } else if (sealed) {
                undo(e, () -> encryption.free(network.id()));
            }
            throw e;
        }
    }

    private List<Element> elements(Network network) {
        List<Element> all = new ArrayList<>(Elements.of(instance, List.of(network), List.of()));
        if (isEncrypted(network)) {
            all.addAll(underlay.sealed());
        }
        return all;
    }

    private static boolean isEncrypted(Network network) {
        return network.options() instanceof DriverOptions.Overlay o
                && o.encrypted()
                && !network.spec().configOnly();
    }

    @Override
    public void remove(Network network) {
        String what = "remove network " + network.name();
        onHost(what, () -> links.remove(network));
        List<Element> before = ofNetworks.getOrDefault(network.id(), List.of());
        during(what, () -> firewall.change(before, List.of()));
        ofNetworks.remove(network.id());
        encryption.free(network.id());
    }

    @Override
    public void attach(Attachment attachment, EndpointPlan plan, ContainerSockets container) {
        String what = "connect container " + attachment.endpoint().names().getFirst() + " to network "
                + attachment.network().name();
        if (ofEndpoints.putIfAbsent(plan.endpoint(), List.of()) != null) {
            throw new Conflict(what, "it is connected already", "disconnect it first");
        }
        try {
            connect(attachment, plan, container, what);
        } catch (RuntimeException e) {
            ofEndpoints.remove(plan.endpoint());
            throw e;
        }
    }

    private void connect(Attachment attachment, EndpointPlan plan, ContainerSockets container, String what) {
        reaper.keep(plan.endpoint());
        onHost(what, () -> endpoints.make(plan, container, what));
        try {
            during(what, () -> EndpointLinks.configure(plan, container));
            publish(attachment);
        } catch (RuntimeException e) {
            undo(e, () -> endpoints.unmakeInside(plan, container));
            throw e;
        }
    }

    @Override
    public void detach(EndpointPlan plan, ContainerSockets container) {
        String what = "disconnect the container's interface " + plan.interfaceName();
        unpublish(plan.endpoint(), what);
        during(what, () -> endpoints.unmakeInside(plan, container));
    }

    @Override
    public void release(Collection<EndpointId> ended) {
        String what = "release networks";
        List<Element> all = new ArrayList<>();
        ended.forEach(id -> all.addAll(ofEndpoints.getOrDefault(id, List.of())));
        reaper.release(ended);
        if (!all.isEmpty()) {
            during(what, () -> firewall.change(all, List.of()));
        }
        ended.forEach(ofEndpoints::remove);
    }

    @Override
    public boolean sweep(Collection<EndpointId> released) {
        return reaper.sweep(released);
    }

    @Override
    public boolean isSwept(Collection<EndpointId> released) {
        return reaper.isSwept(released);
    }

    @Override
    public void publish(Attachment attachment) {
        EndpointId id = attachment.endpoint().id();
        List<Element> wanted = Elements.of(instance, List.of(), List.of(attachment));
        List<Element> before = ofEndpoints.getOrDefault(id, List.of());
        if (wanted.equals(before)) {
            return;
        }
        during(
                "publish ports of container " + attachment.endpoint().names().getFirst(),
                () -> firewall.change(before, wanted));
        ofEndpoints.put(id, wanted);
    }

    private void unpublish(EndpointId id, String what) {
        List<Element> before = ofEndpoints.getOrDefault(id, List.of());
        if (!before.isEmpty()) {
            during(what, () -> firewall.change(before, List.of()));
        }
        ofEndpoints.remove(id);
    }

    @Override
    public void route(SandboxPlan plan, ContainerSockets container) {
        during("set the container's default routes", () -> DefaultRoutes.set(plan, container));
    }

    @Override
    public void peers(Network network, Collection<OverlayPeer> elsewhere, Set<Ip> unheard) {
        onHost("reach the peers of network " + network.name(), () -> tunnels.set(network, elsewhere, unheard));
    }

    @Override
    public void routing(Runnable work) {
        forwarding.during(work);
    }

    @Override
    public void encrypt(EncryptionPlan plan) {
        encryption.apply(plan);
    }

    @Override
    public Reconciled reconcile(Collection<Network> networks, Collection<Attachment> running) {
        List<String> changes = new ArrayList<>();
        List<EndpointId> lost = new ArrayList<>();
        // Rules come before what they are to hold back.
        load(networks, running);
        host.lock();
        try {
            removeStrangers(networks, running, changes);
            networks.stream()
                    .filter(n -> !n.spec().configOnly())
                    .forEach(n -> attempt(changes, "make network " + n.name(), () -> {
                        if (isEncrypted(n)) {
                            encryption.need(n.id(), "make network " + n.name());
                        }
                        changes.addAll(links.create(n));
                        links.open(n, forwarding::set);
                    }));
            running.forEach(a -> restore(a, changes, lost));
        } finally {
            host.unlock();
        }
        if (!underlay.isNone()) {
            encryption.settle(networks.stream().anyMatch(KernelNetworks::isEncrypted));
        }
        return new Reconciled(changes, lost);
    }

    @Override
    public void withdraw() {
        reconcile(List.of(), List.of());
        if (forwarding.found().isEmpty()) {
            during("remove the rules of all networks", firewall::remove);
        }
    }

    private void load(Collection<Network> networks, Collection<Attachment> running) {
        ofNetworks.clear();
        ofEndpoints.clear();
        networks.forEach(n -> ofNetworks.put(n.id(), elements(n)));
        running.forEach(a -> ofEndpoints.put(a.endpoint().id(), Elements.of(instance, List.of(), List.of(a))));
        List<Element> all = new ArrayList<>(forwarding.found());
        // Whether or not this host has an overlay now: a container of any network could send to the others.
        all.addAll(underlay.elements());
        ofNetworks.values().forEach(all::addAll);
        ofEndpoints.values().forEach(all::addAll);
        during("load the rules of all networks", () -> firewall.load(all));
    }

    private void restore(Attachment a, List<String> changes, List<EndpointId> lost) {
        EndpointPlan plan =
                SandboxPlan.of(instance, List.of(a), Map.of()).endpoints().getFirst();
        if (plan.link() instanceof dev.gantry.network.endpoint.Link.Veth veth) {
            boolean[] there = {false};
            attempt(
                    changes,
                    "restore the interface of " + a.endpoint().names().getFirst(),
                    () -> there[0] = endpoints.restore(veth, changes));
            if (!there[0]) {
                lost.add(a.endpoint().id());
            }
        }
    }

    /// What bears our mark and belongs to nobody any more.
    private void removeStrangers(Collection<Network> networks, Collection<Attachment> running, List<String> changes) {
        Set<String> known = new HashSet<>();
        networks.forEach(n -> known.add(LinkMark.of(instance, n.id()).toString()));
        running.forEach(a -> known.add(LinkMark.of(instance, a.endpoint().id()).toString()));
        for (Link link : new Rtnetlink(sockets.route()).links()) {
            boolean strange = LinkMark.read(instance, link)
                    .filter(m -> !known.contains(m.toString()))
                    .isPresent();
            if (strange) {
                attempt(changes, "remove " + link.name(), () -> {
                    sockets.route()
                            .execute(List.of(LinkRequest.index(link.index()).delete()));
                    changes.add("removed " + link.name());
                });
            }
        }
    }

    /// One thing that cannot be set right keeps nobody else from it.
    private static void attempt(List<String> changes, String what, Runnable work) {
        try {
            work.run();
        } catch (NetlinkError | GantryException e) {
            changes.add("could not " + what + ": " + e.getMessage());
        }
    }

    private void onHost(String what, Runnable work) {
        onHost(what, () -> {
            work.run();
            return List.of();
        });
    }

    private List<String> onHost(String what, Supplier<List<String>> work) {
        host.lock();
        try {
            return work.get();
        } catch (NetlinkError e) {
            throw e.during(what);
        } finally {
            host.unlock();
        }
    }

    private static void during(String what, Runnable work) {
        try {
            work.run();
        } catch (NetlinkError e) {
            throw e.during(what);
        }
    }

    private static void undo(RuntimeException cause, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        guard.close();
        reaper.close();
        encryption.close();
        sockets.rules().close();
        sockets.route().close();
    }
}
