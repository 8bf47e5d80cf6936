package dev.gantry.docker.network;

import dev.gantry.api.network.EndpointIpamConfig;
import dev.gantry.api.network.EndpointSettings;
import dev.gantry.engine.network.Member;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.Pool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A container's place in a network, on the wire and in the engine. Pure.
public final class EndpointTranslation {
    /// From this version on the names in DNS have a field of their own; before, the short id was an alias.
    private static final int DNS_NAMES = 44;

    private EndpointTranslation() {}

    /// What is asked for; the fields that an engine answers with ask for nothing.
    public static EndpointRequest request(@Nullable EndpointSettings e) {
        if (e == null) {
            return EndpointRequest.ANY;
        }
        EndpointIpamConfig asked = e.ipamConfig();
        List<Ip> addresses = new ArrayList<>();
        List<Ip> linkLocal = new ArrayList<>();
        if (asked != null) {
            Stream.of(text(asked.ipv4Address()), text(asked.ipv6Address()))
                    .filter(a -> !a.isEmpty())
                    .forEach(a -> addresses.add(Ip.parse(a)));
            list(asked.linkLocalIps()).forEach(a -> linkLocal.add(Ip.parse(a)));
        }
        return new EndpointRequest(
                list(e.aliases()),
                links(list(e.links())),
                addresses,
                linkLocal,
                e.macAddress().isEmpty() ? null : new MacAddress(e.macAddress()),
                e.driverOpts() == null ? Map.of() : e.driverOpts(),
                e.gwPriority());
    }

    /// `container:name` each.
    public static Map<String, String> links(List<String> texts) {
        Map<String, String> links = new HashMap<>();
        for (String text : texts) {
            Map.Entry<String, String> link = EndpointRequest.link(text);
            links.put(link.getKey(), link.getValue());
        }
        return links;
    }

    /// As inspect shows it, with addresses while the container runs.
    public static EndpointSettings settings(Network network, Member m, int minor) {
        EndpointRequest r = m.request();
        EndpointSettings.Builder wire = EndpointSettings.builder()
                .ipamConfig(ipamConfig(r))
                .links(orNull(r.links().entrySet().stream()
                        .map(l -> l.getValue() + ":" + l.getKey())
                        .toList()))
                .aliases(orNull(aliases(m, network, minor)))
                .macAddress(r.mac() == null ? "" : r.mac().text())
                .driverOpts(r.driverOptions().isEmpty() ? null : r.driverOptions())
                .gwPriority(r.gatewayPriority())
                .networkId(network.id().hex());
        m.endpoint().ifPresent(e -> live(wire, network, e, minor));
        return wire.build();
    }

    private static void live(EndpointSettings.Builder wire, Network network, Endpoint e, int minor) {
        wire.endpointId(e.id().hex()).macAddress(e.mac().known());
        if (minor >= DNS_NAMES) {
            wire.dnsNames(orNull(SandboxPlan.dnsNames(new SandboxPlan.Attachment(network, e))));
        }
        e.addresses().stream()
                .filter(a -> a.address().isV4())
                .findFirst()
                .ifPresent(a -> wire.ipAddress(a.address().toString())
                        .ipPrefixLen(a.prefix())
                        .gateway(gateway(network, e, a)));
        e.addresses().stream()
                .filter(a -> !a.address().isV4())
                .findFirst()
                .ifPresent(a -> wire.globalIpv6Address(a.address().toString())
                        .globalIpv6PrefixLen(a.prefix())
                        .ipv6Gateway(gateway(network, e, a)));
    }

    private static String gateway(Network network, Endpoint e, AddressWithPrefix a) {
        if (e.given().joined()) {
            return e.given().gateway(a.address().family()).map(Ip::toString).orElse("");
        }
        if (network.spec().internal()) {
            return "";
        }
        Family family = a.address().family();
        return network.pools(family).stream()
                .filter(p -> p.subnet().contains(a.address()))
                .map(Pool::gateway)
                .flatMap(Optional::stream)
                .map(Ip::toString)
                .findFirst()
                .orElse("");
    }

    private static List<String> aliases(Member m, Network network, int minor) {
        List<String> aliases = new ArrayList<>(m.request().aliases());
        if (minor < DNS_NAMES && !network.name().equals("bridge")) {
            aliases.add(m.container().shortHex());
        }
        return aliases;
    }

    private static @Nullable EndpointIpamConfig ipamConfig(EndpointRequest r) {
        if (r.addresses().isEmpty() && r.linkLocalAddresses().isEmpty()) {
            return null;
        }
        return new EndpointIpamConfig(
                r.address(Family.IPV4).map(Ip::toString).orElse(null),
                r.address(Family.IPV6).map(Ip::toString).orElse(null),
                orNull(r.linkLocalAddresses().stream().map(Ip::toString).toList()));
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static List<String> list(@Nullable List<String> values) {
        return values == null ? List.of() : values;
    }

    private static @Nullable List<String> orNull(List<String> values) {
        return values.isEmpty() ? null : values;
    }
}
