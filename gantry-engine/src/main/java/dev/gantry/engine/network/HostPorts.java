package dev.gantry.engine.network;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Ip;
import dev.gantry.network.port.PortProbe;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.port.PublishedPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Sockets that hold published ports, so that nobody else takes them. Rules see packets before they reach these. The
/// JDK has no sockets of SCTP: such a port is not held.
final class HostPorts implements AutoCloseable {
    private record Key(Protocol protocol, Ip ip, int port) {
        static Key of(PublishedPort p) {
            return new Key(p.container().protocol(), p.hostIp(), p.hostPort());
        }
    }

    /// Guarded by this object.
    private final Map<Key, AutoCloseable> held = new HashMap<>();

    /// Takes ports for one container, and lets go at its end of those that were not needed after all.
    final class Attempt implements PortProbe {
        private final Map<Key, AutoCloseable> taken = new HashMap<>();

        @Override
        public boolean hold(Protocol protocol, Ip ip, int port) {
            checkOurs(ip);
            var key = new Key(protocol, ip, port);
            // A socket of :: has the IPv4 port, too.
            boolean both = ip.equals(Ip.ANY_V6) && taken.containsKey(new Key(protocol, Ip.ANY_V4, port));
            if (protocol == Protocol.SCTP || both) {
                return true;
            }
            try {
                taken.put(key, bind(key));
                return true;
            } catch (IOException inUse) {
                return false;
            }
        }

        void keep(Collection<PublishedPort> needed) {
            Set<Key> keys = needed.stream().map(Key::of).collect(Collectors.toSet());
            synchronized (HostPorts.this) {
                taken.forEach((key, socket) -> {
                    if (keys.contains(key)) {
                        held.put(key, socket);
                    } else {
                        quietly(socket);
                    }
                });
            }
            taken.clear();
        }
    }

    private static void checkOurs(Ip ip) {
        try {
            if (!ip.isAny() && !ip.isLoopback() && NetworkInterface.getByInetAddress(ip.toInetAddress()) == null) {
                throw new InvalidArgument(
                        "publish a port on " + ip,
                        "cannot assign requested address: no interface of this host has it",
                        "use an address of this host, or none for all of them");
            }
        } catch (SocketException unknown) {
            // Then the bind says so.
            return;
        }
    }

    private static AutoCloseable bind(Key key) throws IOException {
        ProtocolFamily family = key.ip().isV4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        var address = new InetSocketAddress(key.ip().toInetAddress(), key.port());
        if (key.protocol() == Protocol.UDP) {
            DatagramChannel channel = DatagramChannel.open(family);
            try {
                return channel.bind(address);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }
        ServerSocketChannel channel = ServerSocketChannel.open(family);
        try {
            // Listening: a bound socket alone does not keep others from listening there with SO_REUSEADDR.
            return channel.bind(address, 1);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// After a restart: what is taken by now is published all the same, for rules come before sockets.
    void restore(Collection<PublishedPort> ports) {
        Attempt again = new Attempt();
        ports.forEach(p -> again.hold(p.container().protocol(), p.hostIp(), p.hostPort()));
        again.keep(ports);
    }

    synchronized void release(Collection<PublishedPort> ports) {
        for (PublishedPort p : ports) {
            AutoCloseable socket = held.remove(Key.of(p));
            if (socket != null) {
                quietly(socket);
            }
        }
    }

    private static void quietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            System.getLogger("dev.gantry.engine").log(System.Logger.Level.DEBUG, "close a held port: " + e);
        }
    }

    @Override
    public synchronized void close() {
        held.values().forEach(HostPorts::quietly);
        held.clear();
    }
}
