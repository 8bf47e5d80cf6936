package dev.gantry.docker.network;

import dev.gantry.api.network.ConfigReference;
import dev.gantry.api.network.Ipam;
import dev.gantry.api.network.IpamConfig;
import dev.gantry.api.network.NetworkContainer;
import dev.gantry.api.network.NetworkCreate;
import dev.gantry.api.network.NetworkSummary;
import dev.gantry.api.network.PeerInfo;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Times;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Networks on the wire and in the engine. Pure.
final class NetworkTranslation {
    private NetworkTranslation() {}

    static NetworkSpec spec(NetworkCreate c) {
        Ipam ipam = c.ipam();
        List<PoolSpec> pools = new ArrayList<>();
        String driver = "";
        Map<String, String> options = Map.of();
        if (ipam != null) {
            driver = ipam.driver();
            options = ipam.options() == null ? Map.of() : ipam.options();
            ipam.config().forEach(block -> pools.add(pool(block)));
        }
        return new NetworkSpec(
                c.name(),
                c.driver(),
                c.scope(),
                c.enableIpv4() == null || c.enableIpv4(),
                Boolean.TRUE.equals(c.enableIpv6()),
                c.internal(),
                c.attachable(),
                c.ingress(),
                c.configOnly(),
                c.configFrom() == null ? "" : c.configFrom().network(),
                new NetworkSpec.Ipam(driver, pools, options),
                c.options(),
                c.labels());
    }

    private static PoolSpec pool(IpamConfig block) {
        Map<String, Ip> reserved = new TreeMap<>();
        if (block.auxiliaryAddresses() != null) {
            block.auxiliaryAddresses().forEach((name, ip) -> reserved.put(name, Ip.parse(ip)));
        }
        return new PoolSpec(subnet(block.subnet()), subnet(block.ipRange()), gateway(block.gateway()), reserved);
    }

    private static @Nullable Subnet subnet(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Subnet.parse(text);
    }

    /// Some clients write a prefix behind it.
    private static @Nullable Ip gateway(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        return AddressWithPrefix.find(text)
                .map(AddressWithPrefix::address)
                .orElseGet(() -> Ip.find(text)
                        .orElseThrow(() -> DockerError.badParameter("create network: invalid gateway address: " + text
                                + ": write an address of the subnet")));
    }

    static NetworkSummary wire(
            Network n, Map<String, NetworkContainer> containers, List<Ip> hosts, List<String> conflicts) {
        NetworkSpec s = n.spec();
        List<IpamConfig> blocks = s.configOnly()
                ? s.ipam().pools().stream().map(NetworkTranslation::asked).toList()
                : n.pools().stream().map(p -> given(s, p)).toList();
        return new NetworkSummary(
                s.name(),
                n.id().hex(),
                Times.nano(n.created()),
                s.scope(),
                s.driver(),
                s.ipv4(),
                s.ipv6(),
                new Ipam(
                        s.ipam().driver(),
                        s.ipam().options().isEmpty() ? null : s.ipam().options(),
                        blocks),
                s.internal(),
                s.attachable(),
                s.ingress(),
                new ConfigReference(s.configFrom()),
                s.configOnly(),
                containers,
                s.options(),
                s.labels(),
                hosts.isEmpty()
                        ? null
                        : hosts.stream()
                                .map(h -> new PeerInfo(h.toString(), h.toString()))
                                .toList(),
                conflicts.isEmpty() ? null : conflicts);
    }

    private static IpamConfig asked(PoolSpec p) {
        return new IpamConfig(text(p.subnet()), text(p.range()), text(p.gateway()), reserved(p.reserved()));
    }

    /// A range that nobody asked for is the subnet, and not shown.
    private static IpamConfig given(NetworkSpec spec, Pool p) {
        boolean ranged = spec.ipam().pools().stream().anyMatch(a -> p.range().equals(a.range()));
        return new IpamConfig(
                p.subnet().toString(),
                ranged ? p.range().toString() : null,
                p.gateway().map(Ip::toString).orElse(null),
                reserved(p.reserved()));
    }

    private static @Nullable Map<String, String> reserved(Map<String, Ip> addresses) {
        Map<String, String> texts = new TreeMap<>();
        addresses.forEach((name, ip) -> texts.put(name, ip.toString()));
        return texts.isEmpty() ? null : texts;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    static NetworkContainer container(String name, Endpoint e) {
        return new NetworkContainer(name, e.id().hex(), e.mac().known(), address(e, true), address(e, false));
    }

    private static String address(Endpoint e, boolean v4) {
        return e.addresses().stream()
                .filter(a -> a.address().isV4() == v4)
                .map(AddressWithPrefix::toString)
                .findFirst()
                .orElse("");
    }
}
