package dev.gantry.linux.netlink.route;

import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.NetlinkSocket;
import java.util.List;
import java.util.Optional;

/// What there is in the network namespace of a socket, and changes to it.
public final class Rtnetlink {
    /// What to hear of. `RTNLGRP_*` of <linux/rtnetlink.h>.
    public enum Group {
        LINKS(RouteHeader.RTNLGRP_LINK),
        NEIGHBOURS(RouteHeader.RTNLGRP_NEIGH),
        ADDRESSES_4(RouteHeader.RTNLGRP_IPV4_IFADDR),
        ADDRESSES_6(RouteHeader.RTNLGRP_IPV6_IFADDR),
        ROUTES_4(RouteHeader.RTNLGRP_IPV4_ROUTE),
        ROUTES_6(RouteHeader.RTNLGRP_IPV6_ROUTE);

        private final int number;

        Group(int number) {
            this.number = number;
        }

        /// For [NetlinkSocket#subscribe].
        public int number() {
            return number;
        }
    }

    private final NetlinkSocket socket;

    /// The socket, of [NetlinkSocket.Protocol#ROUTE], stays its owner's.
    public Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    public void execute(Message... requests) {
        socket.execute(List.of(requests));
    }

    public List<Link> links() {
        return socket.dump(Link.all()).stream().map(Link::read).toList();
    }

    public Optional<Link> link(String name) {
        return find(Link.byName(name));
    }

    public Optional<Link> link(int index) {
        return find(Link.byIndex(index));
    }

    public List<InterfaceAddress> addresses() {
        return socket.dump(InterfaceAddress.all()).stream()
                .filter(Addresses::isIp)
                .map(InterfaceAddress::read)
                .toList();
    }

    public List<InterfaceAddress> addresses(int link) {
        return socket.dump(InterfaceAddress.allOf(link)).stream()
                .filter(Addresses::isIp)
                .map(InterfaceAddress::read)
                .filter(a -> a.link() == link) // kernels before 4.20 do not filter
                .toList();
    }

    public List<Route> routes() {
        return socket.dump(Route.all()).stream()
                .filter(Addresses::isIp)
                .map(Route::read)
                .toList();
    }

    public List<Neighbour> neighbours() {
        return socket.dump(Neighbour.all()).stream()
                .filter(Addresses::isIp)
                .map(Neighbour::read)
                .toList();
    }

    public List<ForwardingEntry> forwardingEntries() {
        return socket.dump(ForwardingEntry.all()).stream()
                .map(ForwardingEntry::read)
                .toList();
    }

    public List<PolicyRule> policyRules() {
        return socket.dump(PolicyRule.all()).stream()
                .filter(Addresses::isIp)
                .map(PolicyRule::read)
                .toList();
    }

    private Optional<Link> find(Message request) {
        try {
            return socket.request(request).stream()
                    .filter(Link::isIn)
                    .map(Link::read)
                    .findFirst();
        } catch (NetlinkError e) {
            if (e.is(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
