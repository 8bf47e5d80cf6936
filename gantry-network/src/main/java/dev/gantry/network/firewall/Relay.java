package dev.gantry.network.firewall;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.port.PublishedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// A published port that rules cannot serve, so that a program has to listen on `listen` and carry the
/// bytes to the container: `::1`, which a packet cannot leave, and IPv6 addresses for a container that
/// has none.
public record Relay(Protocol protocol, Ip listen, int port, Ip container, int containerPort) {
    /// Those of all endpoints. SCTP is not carried: its associations name their addresses themselves.
    public static List<Relay> of(Collection<Attachment> attachments) {
        List<Relay> relays = new ArrayList<>();
        for (Attachment a : attachments) {
            boolean translated = a.network().options() instanceof DriverOptions.Bridge b
                    && !a.network().spec().internal()
                    && b.gatewayMode(Family.IPV4).translates();
            Optional<Ip> four = a.endpoint().address(Family.IPV4);
            Optional<Ip> six = a.endpoint().address(Family.IPV6);
            for (PublishedPort port : a.endpoint().ports()) {
                Ip host = port.hostIp();
                boolean carried = translated && !host.isV4() && port.container().protocol() != Protocol.SCTP;
                if (carried && six.isPresent() && (host.isAny() || host.isLoopback())) {
                    relays.add(relay(port, Ip.LOOPBACK_V6, six.get()));
                } else if (carried && six.isEmpty() && four.isPresent()) {
                    relays.add(relay(port, host, four.get()));
                }
            }
        }
        return relays;
    }

    private static Relay relay(PublishedPort port, Ip listen, Ip container) {
        ContainerPort inside = port.container();
        return new Relay(inside.protocol(), listen, port.hostPort(), container, inside.port());
    }
}
