package dev.gantry.engine.network;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.rootless.Outside;
import dev.gantry.engine.rootless.Outside.Port;
import dev.gantry.engine.rootless.Refused;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.port.PublishedPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ports of the host for an engine in namespaces of its own: whoever holds these listens outside and carries everything
/// to the containers, also while no engine lives.
final class OutsidePorts implements PortHolder {
    private static final Logger LOG = LoggerFactory.getLogger(OutsidePorts.class);

    private final Outside outside;

    /// Guarded by this object.
    private final Set<Port> held = new HashSet<>();

    /// @param wanted what containers have that run; what an engine before took beyond that is given back
    OutsidePorts(Outside outside, Collection<PublishedPort> wanted) {
        this.outside = outside;
        Set<Port> keep = new HashSet<>();
        wanted.forEach(p -> keep.add(port(p)));
        try {
            for (Port port : outside.ports()) {
                if (keep.contains(port)) {
                    held.add(port);
                } else {
                    close(port);
                }
            }
        } catch (IOException e) {
            throw unreachable("see which ports are held", e);
        }
    }

    private static Port port(PublishedPort p) {
        return new Port(p.container().protocol(), p.hostIp(), p.hostPort());
    }

    @Override
    public Attempt attempt(Collection<PublishedPort> given) {
        return new Taking(given.stream().map(OutsidePorts::port).collect(Collectors.toSet()));
    }

    private final class Taking implements Attempt {
        private final List<Port> taken = new ArrayList<>();
        private final Set<Port> ours;

        Taking(Set<Port> ours) {
            this.ours = ours;
        }

        @Override
        public boolean hold(Protocol protocol, Ip ip, int number) {
            Port port = new Port(protocol, ip, number);
            if (ours.contains(port)) {
                return true;
            }
            if (!listen(port)) {
                return false;
            }
            taken.add(port);
            return true;
        }

        @Override
        public void keep(Collection<PublishedPort> needed) {
            Set<Port> all = new HashSet<>();
            needed.forEach(p -> all.add(port(p)));
            synchronized (OutsidePorts.this) {
                for (Port port : taken) {
                    if (all.contains(port)) {
                        held.add(port);
                    } else {
                        close(port);
                    }
                }
            }
            taken.clear();
        }
    }

    /// False when it is in use.
    private boolean listen(Port port) {
        String what = "publish port " + port.number() + "/" + port.protocol().wire();
        if (port.protocol() == Protocol.SCTP) {
            throw new Unsupported(
                    what,
                    "an engine of an ordinary user carries TCP and UDP only",
                    "use another protocol, or the host's own engine");
        }
        try {
            outside.listen(port);
            return true;
        } catch (Refused e) {
            return switch (e.reason()) {
                case IN_USE -> false;
                case FORBIDDEN ->
                    throw new Forbidden(
                            what,
                            "an ordinary user may not listen on ports as low as that",
                            "publish one from 1024 on such as " + (8000 + port.number())
                                    + ", or let users have it: sysctl net.ipv4.ip_unprivileged_port_start="
                                    + port.number(),
                            e);
                case NO_SUCH_ADDRESS ->
                    throw new InvalidArgument(
                            what + " on " + port.ip(),
                            "cannot assign requested address: no interface of this host has it",
                            "use an address of this host, or none for all of them",
                            e);
                // A host without IPv6: everywhere else it is published all the same.
                case NO_SUCH_FAMILY -> port.ip().equals(Ip.ANY_V6);
                case OTHER -> throw unreachable(what, e);
            };
        } catch (IOException e) {
            throw unreachable(what, e);
        }
    }

    private static Unavailable unreachable(String what, IOException e) {
        return new Unavailable(
                what,
                "the process that listens for this engine on the host: " + e.getMessage(),
                "stop the containers and the daemon, and start again",
                e);
    }

    @Override
    public void restore(Collection<PublishedPort> ports) {
        for (PublishedPort p : ports) {
            Port port = port(p);
            synchronized (this) {
                if (!held.contains(port) && listen(port)) {
                    held.add(port);
                }
            }
        }
    }

    @Override
    public void carry(Collection<Attachment> attachments) {
        for (Attachment a : attachments) {
            boolean translated = a.network().options() instanceof DriverOptions.Bridge b
                    && !a.network().spec().internal()
                    && b.gatewayMode(Family.IPV4).translates();
            for (PublishedPort p : translated ? a.endpoint().ports() : List.<PublishedPort>of()) {
                target(a, p).ifPresent(to -> serve(port(p), to, p.container().port()));
            }
        }
    }

    /// The address of the same family, or else whichever it has.
    private static Optional<Ip> target(Attachment a, PublishedPort p) {
        Family family = p.hostIp().family();
        return a.endpoint()
                .address(family)
                .or(() -> a.endpoint().address(family == Family.IPV4 ? Family.IPV6 : Family.IPV4));
    }

    private synchronized void serve(Port port, Ip to, int number) {
        if (!held.contains(port)) {
            return;
        }
        try {
            outside.serve(port, to, number);
        } catch (IOException e) {
            LOG.warn("port {} on {} is not served: {}", port.number(), port.ip(), e.getMessage());
        }
    }

    /// They go on to where they led until they are carried elsewhere or released, which is next.
    @Override
    public void stopCarrying(Collection<PublishedPort> ports) {}

    @Override
    public void release(Collection<PublishedPort> ports, Collection<PublishedPort> still) {
        Set<Port> needed = still.stream().map(OutsidePorts::port).collect(Collectors.toSet());
        release(ports.stream().filter(p -> !needed.contains(port(p))).toList());
    }

    @Override
    public synchronized void release(Collection<PublishedPort> ports) {
        for (PublishedPort p : ports) {
            if (held.remove(port(p))) {
                close(port(p));
            }
        }
    }

    private void close(Port port) {
        try {
            outside.close(port);
        } catch (IOException e) {
            LOG.debug("port {} not given back: {}", port.number(), e.getMessage());
        }
    }

    /// What is held is held for containers, not for this engine.
    @Override
    public void close() {}
}
