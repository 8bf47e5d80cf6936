package dev.gantry.network.driver;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkSocket;
import java.time.Duration;

/// What reaches into the network namespace of one container: its descriptor, and an rtnetlink and a netfilter
/// socket that were opened inside. Closing ends only these; the namespace lives on with its processes, and
/// with the watch. As long as it is open the namespace lives too: keep it for a change, not for a container's
/// life. One thread at a time.
///
/// ```java
/// try (var sockets = ContainerSockets.over(linux, namespace, route, netfilter)) {
///     driver.attach(attachment, plan, sockets);
/// }
/// ```
public record ContainerSockets(Fd namespace, NetlinkSocket route, NetlinkSocket netfilter) implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// Takes over the three descriptors, also when it throws.
    public static ContainerSockets over(Linux linux, Fd namespace, Fd route, Fd netfilter) {
        NetlinkSocket links = null;
        try {
            links = NetlinkSocket.over(linux, route, NetlinkSocket.Protocol.ROUTE, TIMEOUT);
            NetlinkSocket rules = NetlinkSocket.over(linux, netfilter, NetlinkSocket.Protocol.NETFILTER, TIMEOUT);
            return new ContainerSockets(namespace, links, rules);
        } catch (RuntimeException e) {
            if (links != null) {
                links.close();
            }
            netfilter.close();
            namespace.close();
            throw e;
        }
    }

    @Override
    public void close() {
        netfilter.close();
        route.close();
        namespace.close();
    }
}
