package dev.gantry.docker.container;

import dev.gantry.api.container.Port;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.Protocol;
import java.util.List;
import java.util.Optional;

/// The filters `publish` and `expose`: a port or a range, with its protocol: `80`, `8000-8080/tcp`.
///
/// @param first and
/// @param last both inclusive
record PortFilter(int first, int last, Protocol protocol) {
    private static PortFilter parse(String text) {
        int slash = text.indexOf('/');
        String ports = slash < 0 ? text : text.substring(0, slash);
        Optional<Protocol> protocol = slash < 0 ? Optional.of(Protocol.TCP) : Protocol.find(text.substring(slash + 1));
        int dash = ports.indexOf('-');
        String low = dash < 0 ? ports : ports.substring(0, dash);
        String high = dash < 0 ? ports : ports.substring(dash + 1);
        if (protocol.isEmpty() || !low.matches("[0-9]{1,5}") || !high.matches("[0-9]{1,5}")) {
            throw DockerError.badParameter("invalid filter: invalid port '" + text + "'");
        }
        return new PortFilter(Integer.parseInt(low), Integer.parseInt(high), protocol.get());
    }

    private boolean fits(int port, String type) {
        return port >= first && port <= last && type.equals(protocol.wire());
    }

    static boolean publishes(List<Port> ports, String text) {
        PortFilter filter = parse(text);
        return ports.stream().anyMatch(p -> {
            Integer outside = p.publicPort();
            return outside != null && filter.fits(outside, p.type());
        });
    }

    static boolean exposes(ContainerSpec spec, String text) {
        PortFilter filter = parse(text);
        return spec.networking().exposed().stream()
                .map(ContainerPort::parse)
                .anyMatch(p -> filter.fits(p.port(), p.protocol().wire()));
    }
}
