package dev.gantry.engine.network;

import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.Route;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.time.Duration;
import java.util.List;

/// Where the host already sends packets to: no subnet is chosen there.
final class HostRoutes {
    private static final Duration ANSWER_TAKES = Duration.ofSeconds(5);

    private HostRoutes() {}

    static List<Subnet> read(Linux linux) {
        try (NetlinkSocket socket = NetlinkSocket.open(linux, NetlinkSocket.Protocol.ROUTE, ANSWER_TAKES)) {
            return new Rtnetlink(socket)
                    .routes().stream()
                            .filter(r -> r.type() == Route.Type.UNICAST && r.prefixLength() > 0)
                            .map(r -> Subnet.around(Ip.of(r.destination()), r.prefixLength()))
                            .toList();
        }
    }
}
