package dev.gantry.network.relay;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.ServerSockets;
import dev.gantry.linux.SocketAddresses;
import dev.gantry.network.address.Ip;
import dev.gantry.network.port.Protocol;

/// A socket that holds a port of the host. One of IPv6 holds nothing of IPv4. <netinet/in.h>, ipv6(7).
public final class HostSocket {
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_KEEPALIVE = 9;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_KEEPIDLE = 4; // <netinet/tcp.h>
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int BACKLOG = 128;

    private HostSocket() {}

    /// The kernel asks a silent other side from time to time whether it is there, and ends the connection when it is
    /// not. tcp(7).
    static void keepAlive(Fd stream) {
        var sockets = Linux.host().sockets();
        sockets.option(stream, SOL_SOCKET, SO_KEEPALIVE, 1);
        sockets.option(stream, IPPROTO_TCP, TCP_KEEPIDLE, 60);
        sockets.option(stream, IPPROTO_TCP, TCP_KEEPINTVL, 15);
        sockets.option(stream, IPPROTO_TCP, TCP_KEEPCNT, 8);
    }

    /// Bound, and listening if it can be: a bound socket alone does not keep others from listening there with
    /// SO_REUSEADDR. [dev.gantry.linux.LinuxError] when somebody has the port.
    public static Fd open(Linux linux, Protocol protocol, Ip ip, int port) {
        boolean stream = protocol == Protocol.TCP;
        int family = ip.isV4() ? SocketAddresses.AF_INET : SocketAddresses.AF_INET6;
        Fd socket = linux.sockets().open(family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
        try {
            if (!ip.isV4()) {
                linux.sockets().option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
            }
            if (stream) {
                // Connections of an engine before this one may linger.
                linux.sockets().option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
            }
            linux.sockets().bind(socket, SocketAddresses.of(ip.toInetAddress(), port));
            if (stream) {
                new ServerSockets().listen(socket, BACKLOG);
            }
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
