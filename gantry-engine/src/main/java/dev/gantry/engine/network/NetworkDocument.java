package dev.gantry.engine.network;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import dev.gantry.network.model.Span;
import io.avaje.jsonb.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A network as it is stored.
@Json
public record NetworkDocument(
        @Json.Property("Id") String id,
        @Json.Property("Created") String created,
        @Json.Property("Name") String name,
        @Json.Property("Driver") String driver,
        @Json.Property("Scope") String scope,
        @Json.Property("IPv4") boolean ipv4,
        @Json.Property("IPv6") boolean ipv6,
        @Json.Property("Internal") boolean internal,
        @Json.Property("Attachable") boolean attachable,
        @Json.Property("Ingress") boolean ingress,
        @Json.Property("ConfigOnly") boolean configOnly,
        @Json.Property("ConfigFrom") String configFrom,
        @Json.Property("IpamDriver") String ipamDriver,
        @Json.Property("IpamOptions") Map<String, String> ipamOptions,
        @Json.Property("Asked") List<Block> asked,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("Labels") Map<String, String> labels,
        @Json.Property("Pools") List<Block> pools,
        @Json.Property("Span") @Nullable Shared span) {

    /// How hosts share it: blocks of addresses by their host.
    @Json
    public record Shared(
            @Json.Property("Home") String home,
            @Json.Property("Blocks") Map<String, String> blocks) {
        static @Nullable Shared of(Span span) {
            if (span.isNone()) {
                return null;
            }
            Map<String, String> blocks = new TreeMap<>();
            span.blocks().forEach((block, host) -> blocks.put(block.toString(), host.toString()));
            return new Shared(span.home().toString(), blocks);
        }

        Span read() {
            Map<Subnet, Ip> all = new TreeMap<>();
            blocks.forEach((block, host) -> all.put(Subnet.parse(block), Ip.parse(host)));
            return new Span(Ip.parse(home), all);
        }
    }

    /// A subnet, asked for or given; empty texts for what is not said.
    @Json
    public record Block(
            @Json.Property("Subnet") String subnet,
            @Json.Property("Range") String range,
            @Json.Property("Gateway") String gateway,
            @Json.Property("Reserved") Map<String, String> reserved,
            @Json.Property("Handle") @Nullable String handle) {
        static Block of(PoolSpec p) {
            return new Block(text(p.subnet()), text(p.range()), text(p.gateway()), texts(p.reserved()), null);
        }

        static Block of(Pool p) {
            return new Block(
                    p.subnet().toString(),
                    p.range().toString(),
                    p.gateway().map(Ip::toString).orElse(""),
                    texts(p.reserved()),
                    p.handle().isEmpty() ? null : p.handle());
        }

        PoolSpec spec() {
            return new PoolSpec(
                    subnet.isEmpty() ? null : Subnet.parse(subnet),
                    range.isEmpty() ? null : Subnet.parse(range),
                    gateway.isEmpty() ? null : Ip.parse(gateway),
                    addresses());
        }

        Pool pool() {
            return new Pool(
                    Subnet.parse(subnet),
                    Subnet.parse(range),
                    gateway.isEmpty() ? List.of() : List.of(Ip.parse(gateway)),
                    addresses(),
                    handle == null ? "" : handle);
        }

        private Map<String, Ip> addresses() {
            Map<String, Ip> all = new TreeMap<>();
            reserved.forEach((name, ip) -> all.put(name, Ip.parse(ip)));
            return all;
        }

        private static String text(@Nullable Object value) {
            return value == null ? "" : value.toString();
        }

        private static Map<String, String> texts(Map<String, Ip> addresses) {
            Map<String, String> all = new TreeMap<>();
            addresses.forEach((name, ip) -> all.put(name, ip.toString()));
            return all;
        }
    }

    public static NetworkDocument of(Network n) {
        NetworkSpec s = n.spec();
        return new NetworkDocument(
                n.id().hex(),
                n.created().toString(),
                s.name(),
                s.driver(),
                s.scope(),
                s.ipv4(),
                s.ipv6(),
                s.internal(),
                s.attachable(),
                s.ingress(),
                s.configOnly(),
                s.configFrom(),
                s.ipam().driver(),
                s.ipam().options(),
                s.ipam().pools().stream().map(Block::of).toList(),
                s.options(),
                s.labels(),
                n.pools().stream().map(Block::of).toList(),
                Shared.of(n.span()));
    }

    public Network network() {
        var spec = new NetworkSpec(
                name,
                driver,
                scope,
                ipv4,
                ipv6,
                internal,
                attachable,
                ingress,
                configOnly,
                configFrom,
                new NetworkSpec.Ipam(ipamDriver, asked.stream().map(Block::spec).toList(), ipamOptions),
                options,
                labels);
        return new Network(
                new NetworkId(id),
                Instant.parse(created),
                spec,
                pools.stream().map(Block::pool).toList(),
                span == null ? Span.NONE : span.read());
    }
}
