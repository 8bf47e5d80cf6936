package dev.gantry.network.driver;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.MacAddress;
import dev.gantry.linux.netlink.route.PortOptions;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.Link;
import dev.gantry.network.endpoint.Route;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The interfaces of endpoints: made by the host's socket, straight into the container's namespace, and
/// given addresses by the container's. One thread at a time on the host's side.
final class EndpointLinks {
    private final Instance instance;
    private final NetlinkSocket socket;
    private final Rtnetlink host;

    EndpointLinks(Instance instance, NetlinkSocket socket) {
        this.instance = instance;
        this.socket = socket;
        this.host = new Rtnetlink(socket);
    }

    /// The link alone, down inside, up on the host.
    void make(EndpointPlan plan, ContainerSockets container, String what) {
        LinkRequest inside = LinkRequest.named(plan.interfaceName()).inNamespace(container.namespace());
        if (plan.mtu() != 0) {
            inside = inside.mtu(plan.mtu());
        }
        try {
            switch (plan.link()) {
                case Link.Moved moved -> move(plan, moved, container, what);
                case Link.Ready _ -> {}
                case Link.Veth veth -> veth(plan, veth, inside.mac(mac(plan)), what);
                case Link.OnParent on -> {
                    int parent = index(on.parent(), what);
                    ParentLinks.make(socket, on, parent, inside, mac(plan), what);
                }
            }
        } catch (NetlinkError e) {
            throw e.is(Errno.EEXIST) ? taken(plan, what, e) : e;
        }
    }

    private void move(EndpointPlan plan, Link.Moved moved, ContainerSockets container, String what) {
        new MovedLinks(socket).in(moved.source(), plan.interfaceName(), container, what);
        if (!plan.mac().equals(dev.gantry.network.address.MacAddress.UNKNOWN) || plan.mtu() != 0) {
            LinkRequest settings = LinkRequest.named(plan.interfaceName());
            if (!plan.mac().equals(dev.gantry.network.address.MacAddress.UNKNOWN)) {
                settings = settings.mac(mac(plan));
            }
            container.route().execute(List.of((plan.mtu() == 0 ? settings : settings.mtu(plan.mtu())).change()));
        }
    }

    private void veth(EndpointPlan plan, Link.Veth veth, LinkRequest inside, String what) {
        int bridge = index(veth.bridge(), what);
        LinkRequest pair = LinkRequest.named(veth.hostInterface()).veth(inside).master(bridge);
        if (plan.mtu() != 0) {
            pair = pair.mtu(plan.mtu());
        }
        LinkRequest port = LinkRequest.named(veth.hostInterface())
                .alias(LinkMark.of(instance, plan.endpoint()).toString())
                .asBridgePort(o -> port(o, veth))
                .up();
        // Made and marked in one call, which no kill comes between: what bears no mark is nobody's to remove. A link
        // that
        // was there before would be marked by it, too.
        removeLeftover(veth, plan.endpoint());
        if (host.link(veth.hostInterface()).isPresent()) {
            throw taken(plan, what);
        }
        try {
            socket.execute(List.of(pair.create(), port.change()));
        } catch (RuntimeException e) {
            socket.attempt(List.of(LinkRequest.named(veth.hostInterface()).delete()));
            throw e;
        }
    }

    /// Of the container's last run, which the kernel has not cleaned up yet.
    private void removeLeftover(Link.Veth veth, EndpointId endpoint) {
        host.link(veth.hostInterface())
                .filter(l -> LinkMark.of(instance, endpoint).isOn(l))
                .ifPresent(
                        l -> socket.attempt(List.of(LinkRequest.index(l.index()).delete())));
    }

    private static void port(PortOptions options, Link.Veth veth) {
        options.hairpin(veth.hairpin()).isolated(veth.isolated());
    }

    private static Conflict taken(EndpointPlan plan, String what) {
        return new Conflict(what, "its interface " + plan.link() + " is on the host already", "restart the container");
    }

    private Conflict taken(EndpointPlan plan, String what, NetlinkError e) {
        boolean onHost = plan.link() instanceof Link.Veth veth
                && host.link(veth.hostInterface()).isPresent();
        return new Conflict(
                what,
                onHost
                        ? "its interface is on the host already"
                        : "the container has an interface " + plan.interfaceName(),
                onHost ? "restart the container" : "choose another com.docker.network.endpoint.ifname",
                e);
    }

    private int index(String name, String what) {
        return host.link(name)
                .orElseThrow(() -> new NotFound(
                        what,
                        "the host has no interface " + name,
                        "see the interfaces with: ip link, and create the network again"))
                .index();
    }

    private static MacAddress mac(EndpointPlan plan) {
        return MacAddress.parse(plan.mac().text().toLowerCase(Locale.ROOT));
    }

    /// Up, with its addresses and routes, by the container's own socket.
    static void configure(EndpointPlan plan, ContainerSockets container) {
        if (plan.link() instanceof Link.Ready) {
            return;
        }
        int index = new Rtnetlink(container.route())
                .link(plan.interfaceName())
                .orElseThrow(() -> new IllegalStateException("the link was made a moment ago"))
                .index();
        List<Message> all = new ArrayList<>();
        all.add(LinkRequest.index(index).up().change());
        plan.addresses().forEach(a -> all.add(HostLinks.address(index, a).add()));
        plan.routes().forEach(r -> all.add(route(r, index).replace()));
        container.route().execute(all);
    }

    static dev.gantry.linux.netlink.route.Route route(Route route, int link) {
        var to = dev.gantry.linux.netlink.route.Route.to(
                route.destination().address().toInetAddress(),
                route.destination().prefix());
        return (route.gateway() == null ? to : to.via(route.gateway().toInetAddress())).dev(link);
    }

    /// From inside, since that works for links of every kind; a veth's other end goes with it. What somebody else made
    /// goes back to where it was, or stays, for them to remove.
    void unmakeInside(EndpointPlan plan, ContainerSockets container) {
        if (plan.link() instanceof Link.Ready) {
            return;
        }
        if (plan.link() instanceof Link.Moved moved) {
            new MovedLinks(socket).back(moved.source(), plan.interfaceName(), container);
            return;
        }
        Optional<dev.gantry.linux.netlink.route.Link> there =
                new Rtnetlink(container.route()).link(plan.interfaceName());
        if (there.isPresent()) {
            container
                    .route()
                    .execute(List.of(LinkRequest.index(there.get().index()).delete()));
        }
    }

    /// Sets right what the host's end of a running container's pair should be; false when it is gone.
    boolean restore(Link.Veth veth, List<String> changes) {
        var there = host.link(veth.hostInterface());
        var bridge = host.link(veth.bridge());
        if (there.isEmpty() || bridge.isEmpty()) {
            return false;
        }
        if (there.get().master() != bridge.get().index() || !there.get().isUp()) {
            socket.execute(List.of(
                    LinkRequest.index(there.get().index())
                            .master(bridge.get().index())
                            .up()
                            .change(),
                    LinkRequest.index(there.get().index())
                            .asBridgePort(o -> port(o, veth))
                            .change()));
            changes.add("put " + veth.hostInterface() + " back to " + veth.bridge());
        }
        return true;
    }
}
