package dev.gantry.network.driver;

import dev.gantry.linux.Fd;

/// The two sockets of the embedded name server that are bound to 127.0.0.11 inside a container, on ports of
/// the kernel's choice: datagrams, and a listener. Given to [dev.gantry.network.dns.DnsServer#serve], which
/// closes them; the watch holds others of the same sockets, so that queries wait while no engine runs.
public record ResolverSockets(Fd udp, Fd tcp) implements AutoCloseable {
    @Override
    public void close() {
        udp.close();
        tcp.close();
    }
}
