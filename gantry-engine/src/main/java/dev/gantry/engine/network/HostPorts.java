package dev.gantry.engine.network;

import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.firewall.Relay;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.port.PublishedPort;
import dev.gantry.network.relay.HostSocket;
import dev.gantry.network.relay.Relays;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sockets that hold published ports, so that nobody else takes them. Rules see packets before they reach these; what
/// rules cannot serve arrives here and is carried. A port of SCTP is not held.
final class HostPorts implements PortHolder {
    private static final Logger LOG = LoggerFactory.getLogger(HostPorts.class);

    private record Key(Protocol protocol, Ip ip, int port) {
        static Key of(PublishedPort p) {
            return new Key(p.container().protocol(), p.hostIp(), p.hostPort());
        }
    }

    /// Guarded by this object.
    private final Map<Key, Fd> held = new HashMap<>();

    /// Started for the first port that needs it.
    private @Nullable Relays relays;

    private final Linux linux;

    HostPorts(Linux linux) {
        this.linux = linux;
    }

    @Override
    public Attempt attempt(Collection<PublishedPort> given) {
        return new Taking(given);
    }

    private final class Taking implements Attempt {
        private final Map<Key, Fd> taken = new HashMap<>();
        private final Set<Key> ours;

        Taking(Collection<PublishedPort> given) {
            this.ours = given.stream().map(Key::of).collect(Collectors.toSet());
        }

        @Override
        public boolean hold(Protocol protocol, Ip ip, int port) {
            checkOurs(ip);
            if (protocol == Protocol.SCTP || ours.contains(new Key(protocol, ip, port))) {
                return true;
            }
            try {
                taken.put(new Key(protocol, ip, port), HostSocket.open(linux, protocol, ip, port));
                return true;
            } catch (LinuxError inUse) {
                return false;
            }
        }

        @Override
        public void keep(Collection<PublishedPort> needed) {
            Set<Key> keys = needed.stream().map(Key::of).collect(Collectors.toSet());
            synchronized (HostPorts.this) {
                taken.forEach((key, socket) -> {
                    if (keys.contains(key)) {
                        held.put(key, socket);
                    } else {
                        socket.close();
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

    /// After a restart: what is taken by now is published all the same, for rules come before sockets.
    @Override
    public void restore(Collection<PublishedPort> ports) {
        Attempt again = attempt(List.of());
        ports.forEach(p -> again.hold(p.container().protocol(), p.hostIp(), p.hostPort()));
        again.keep(ports);
    }

    /// Carries what arrives at the sockets of these, where rules cannot serve them. Idempotent.
    @Override
    public synchronized void carry(Collection<Attachment> attachments) {
        for (Relay relay : Relay.of(attachments)) {
            Fd socket = held.get(new Key(relay.protocol(), relay.listen(), relay.port()));
            if (socket == null && relay.listen().isLoopback()) {
                // Published everywhere: rules serve all addresses but this one.
                socket = held.get(new Key(relay.protocol(), Ip.ANY_V6, relay.port()));
            }
            if (socket == null) {
                LOG.warn("port {} on {} is not served: another program has it", relay.port(), relay.listen());
            } else {
                relays().open(relay, socket);
            }
        }
    }

    private Relays relays() {
        Relays running = relays;
        if (running == null) {
            running = Relays.start();
            relays = running;
        }
        return running;
    }

    /// What arrives at these is carried no more; they stay held.
    @Override
    public synchronized void stopCarrying(Collection<PublishedPort> ports) {
        Relays running = relays;
        if (running != null) {
            ports.stream()
                    .map(p -> held.get(Key.of(p)))
                    .filter(Objects::nonNull)
                    .forEach(running::close);
        }
    }

    /// Lets go of those that none of `still` needs.
    @Override
    public void release(Collection<PublishedPort> ports, Collection<PublishedPort> still) {
        Set<Key> needed = still.stream().map(Key::of).collect(Collectors.toSet());
        release(ports.stream().filter(p -> !needed.contains(Key.of(p))).toList());
    }

    @Override
    public synchronized void release(Collection<PublishedPort> ports) {
        for (PublishedPort p : ports) {
            Fd socket = held.remove(Key.of(p));
            if (socket != null) {
                if (relays != null) {
                    relays.close(socket);
                }
                socket.close();
            }
        }
    }

    @Override
    public synchronized void close() {
        if (relays != null) {
            relays.close();
        }
        held.values().forEach(Fd::close);
        held.clear();
    }
}
