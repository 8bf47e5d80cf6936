package dev.gantry.network.driver;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.NotFound;
import dev.gantry.linux.Fd;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.Link;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Route;
import dev.gantry.linux.netlink.route.Rtnetlink;
import java.util.List;
import java.util.Optional;

/// Interfaces that somebody else made on the host: into a container, and back. Whoever names one may err: what the
/// host itself lives by is not moved.
final class MovedLinks {
    private final NetlinkSocket host;

    MovedLinks(NetlinkSocket host) {
        this.host = host;
    }

    /// Down inside, by its new name; all of it or nothing.
    void in(String source, String name, ContainerSockets container, String what) {
        Rtnetlink links = new Rtnetlink(host);
        Link link = links.link(source)
                .orElseThrow(() -> new NotFound(
                        what,
                        "the driver names the interface " + source + ", and the host has none of that name",
                        "see the log of the plugin"));
        if (isOfHost(link, links)) {
            throw new Forbidden(
                    what,
                    "the driver names the interface " + source + ", which the host itself needs",
                    "see the log of the plugin");
        }
        Rtnetlink inside = new Rtnetlink(container.route());
        if (inside.link(name).isPresent()) {
            throw new Conflict(
                    what,
                    "the container has an interface " + name,
                    "choose another com.docker.network.endpoint.ifname");
        }
        host.execute(List.of(LinkRequest.index(link.index())
                .inNamespace(container.namespace())
                .rename(name)
                .change()));
    }

    /// The loopback interface, those of other networks of ours, and the way to everywhere.
    private static boolean isOfHost(Link link, Rtnetlink links) {
        return link.name().equals("lo")
                || link.kind().equals("bridge")
                || LinkMark.isMarked(link)
                || links.routes().stream().anyMatch(r -> r.link() == link.index() && isDefault(r));
    }

    private static boolean isDefault(Route r) {
        return r.prefixLength() == 0 && r.type() == Route.Type.UNICAST;
    }

    /// As it came from the host. One that is gone is no error.
    void back(String source, String name, ContainerSockets container) {
        Optional<Link> there = new Rtnetlink(container.route()).link(name);
        if (there.isEmpty()) {
            return;
        }
        try (Fd own = host.namespace()) {
            container
                    .route()
                    .execute(List.of(LinkRequest.index(there.get().index())
                            .inNamespace(own)
                            .rename(source)
                            .down()
                            .change()));
        } catch (NetlinkError taken) {
            // Its name is another's by now: its maker would not know it any more.
            container
                    .route()
                    .execute(List.of(LinkRequest.index(there.get().index()).delete()));
        }
    }
}
