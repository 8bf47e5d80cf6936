package dev.gantry.network.driver;

import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.route.Route;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.SandboxPlan;
import java.util.ArrayList;
import java.util.List;

/// Which way out a running container has. The new way is there before the old one goes.
final class DefaultRoutes {
    private static final int MAIN = 254; // RT_TABLE_MAIN of <linux/rtnetlink.h>

    private DefaultRoutes() {}

    static void set(SandboxPlan plan, ContainerSockets container) {
        Rtnetlink inside = new Rtnetlink(container.route());
        List<Route> wanted = new ArrayList<>();
        for (EndpointPlan endpoint : plan.endpoints()) {
            for (var route : endpoint.routes()) {
                inside.link(endpoint.interfaceName()).ifPresent(l -> wanted.add(EndpointLinks.route(route, l.index())));
            }
        }
        List<Route> there =
                inside.routes().stream().filter(DefaultRoutes::isOurs).toList();
        List<Message> changes = new ArrayList<>();
        wanted.stream().filter(w -> there.stream().noneMatch(t -> same(w, t))).forEach(w -> changes.add(w.replace()));
        if (!changes.isEmpty()) {
            container.route().execute(changes);
        }
        // What was replaced is gone already.
        List<Message> rest = inside.routes().stream()
                .filter(DefaultRoutes::isOurs)
                .filter(t -> wanted.stream().noneMatch(w -> same(w, t)))
                .map(Route::delete)
                .toList();
        if (!rest.isEmpty()) {
            container.route().execute(rest);
        }
    }

    private static boolean isOurs(Route route) {
        return route.prefixLength() == 0 && route.table() == MAIN && route.type() == Route.Type.UNICAST;
    }

    private static boolean same(Route a, Route b) {
        return a.destination().equals(b.destination())
                && a.link() == b.link()
                && java.util.Objects.equals(a.gateway(), b.gateway());
    }
}
