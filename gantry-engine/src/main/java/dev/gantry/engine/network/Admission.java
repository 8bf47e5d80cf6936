package dev.gantry.engine.network;

import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.Link;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.firewall.GantryTable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Puts the host's links that a driver of somebody else's made into the group of our bridges: a host that forwards
/// only because an engine turned it on drops what is neither from nor to that group. A link that its administrator put
/// into another group stays there.
final class Admission {
    private static final Duration ANSWER_TAKES = Duration.ofSeconds(5);
    private static final int NO_GROUP = 0; // INIT_NETDEV_GROUP of <linux/netdevice.h>

    private Admission() {}

    /// `what` is what fails if it cannot be.
    static void admit(String what, Linux linux, ForeignDriver.Joined joined) {
        try (NetlinkSocket socket = NetlinkSocket.open(linux, NetlinkSocket.Protocol.ROUTE, ANSWER_TAKES)) {
            var host = new Rtnetlink(socket);
            List<Link> named = joined.hostLinks().stream()
                    .flatMap(name -> host.link(name).stream())
                    .toList();
            List<Link> behind = behind(host, joined.endpoint().given().source());
            socket.execute(Stream.concat(named.stream(), behind.stream())
                    .filter(link -> link.group() == NO_GROUP)
                    .map(link -> LinkRequest.index(link.index())
                            .group(GantryTable.GROUP)
                            .change())
                    .toList());
        } catch (NetlinkError e) {
            throw e.during(what);
        }
    }

    /// The other end of a veth that is about to move into a container, and the bridge whose port that end is. What
    /// carries a link of another kind is the host's own.
    private static List<Link> behind(Rtnetlink host, String source) {
        if (source.isEmpty()) {
            return List.of();
        }
        Optional<Link> end = host.link(source)
                .filter(link -> link.kind().equals("veth") && link.parentNamespace() < 0)
                .flatMap(link -> host.link(link.parent()));
        Optional<Link> bridge = end.filter(link -> link.master() != 0).flatMap(link -> host.link(link.master()));
        return Stream.of(end, bridge).flatMap(Optional::stream).toList();
    }
}
