package dev.gantry.network.port;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Ip;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A port of a container that is to be reachable through the host: at one of `hostPorts`, on `hostIp` or
/// everywhere.
public record PortRequest(ContainerPort container, @Nullable Ip hostIp, PortRange hostPorts) {
    /// Any free port, everywhere.
    public static PortRequest anywhere(ContainerPort container) {
        return new PortRequest(container, null, PortRange.EPHEMERAL);
    }

    public boolean isEphemeral() {
        return hostPorts.equals(PortRange.EPHEMERAL);
    }

    /// As `-p` writes it: `80`, `8080:80`, `127.0.0.1::53/udp`, `[::1]:8000-8009:80-89`, `8000-8009:80`.
    public static List<PortRequest> parse(String text) {
        String spec = text;
        String address = "";
        if (spec.startsWith("[")) {
            int close = spec.indexOf("]:");
            if (close < 0) {
                throw invalid(text, "invalid IP address: " + spec);
            }
            address = spec.substring(1, close);
            spec = spec.substring(close + 2);
        }
        Protocol protocol = ContainerPort.protocol(spec);
        String ports = spec.contains("/") ? spec.substring(0, spec.indexOf('/')) : spec;
        int lastColon = ports.lastIndexOf(':');
        String container = ports.substring(lastColon + 1);
        String before = lastColon < 0 ? "" : ports.substring(0, lastColon);
        String host = before;
        int colon = before.lastIndexOf(':');
        if (colon >= 0) {
            if (!address.isEmpty()) {
                throw invalid(text, "invalid IP address: " + address + ":" + before.substring(0, colon));
            }
            address = before.substring(0, colon);
            host = before.substring(colon + 1);
        }
        if (container.isEmpty()) {
            throw invalid(text, "no port specified: " + text + "<empty>");
        }
        Ip hostIp = address.isEmpty() ? null : address(address, text);
        return expand(PortRange.parse(container, "containerPort", text), protocol, hostIp, host, text);
    }

    /// As the Engine API writes it: the container's port by itself, address and port of the host as
    /// texts.
    public static List<PortRequest> of(ContainerPort container, String hostIp, String hostPort) {
        Ip ip = hostIp.isEmpty() ? null : address(hostIp, container + " on " + hostIp);
        return expand(PortRange.of(container.port()), container.protocol(), ip, hostPort, hostPort + ":" + container);
    }

    private static List<PortRequest> expand(
            PortRange container, Protocol protocol, @Nullable Ip hostIp, String host, String whole) {
        PortRange wanted = host.isEmpty() ? PortRange.EPHEMERAL : PortRange.parse(host, "hostPort", whole);
        boolean any = host.isEmpty() || wanted.equals(PortRange.of(0));
        if (!any && wanted.first() == 0) {
            throw invalid(whole, "invalid hostPort: " + host);
        }
        if (!any && container.size() > 1 && wanted.size() != container.size()) {
            throw invalid(
                    whole, "invalid ranges specified for container and host Ports: " + container + " and " + wanted);
        }
        List<PortRequest> requests = new ArrayList<>();
        for (int i = 0; i < container.size(); i++) {
            PortRange range =
                    any ? PortRange.EPHEMERAL : container.size() == 1 ? wanted : PortRange.of(wanted.first() + i);
            requests.add(new PortRequest(new ContainerPort(container.first() + i, protocol), hostIp, range));
        }
        return requests;
    }

    /// `-P`: what is exposed and not published already, anywhere.
    public static List<PortRequest> all(Collection<ContainerPort> exposed, Collection<PortRequest> published) {
        TreeSet<ContainerPort> rest = new TreeSet<>(exposed);
        published.forEach(p -> rest.remove(p.container()));
        return rest.stream().map(PortRequest::anywhere).toList();
    }

    private static Ip address(String text, String whole) {
        return Ip.find(text).orElseThrow(() -> invalid(whole, "invalid IP address: " + text));
    }

    private static InvalidArgument invalid(String text, String why) {
        return new InvalidArgument(
                "read port " + text, why, "write [host address:][host port:]container port[/protocol]");
    }
}
