package dev.gantry.network.port;

import dev.gantry.network.address.Ip;

/// Asks the host for a port by binding a socket to it and keeping the socket: so nobody else gets the
/// port while it is published, and whoever had it first keeps it.
@FunctionalInterface
public interface PortProbe {
    /// For plans: every port of the host is free.
    PortProbe ALL_FREE = (protocol, ip, port) -> true;

    /// False when somebody has it. A socket that was bound for a port that in the end is not used is the
    /// implementation's to close.
    boolean hold(Protocol protocol, Ip ip, int port);
}
