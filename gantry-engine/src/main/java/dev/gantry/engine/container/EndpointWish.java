package dev.gantry.engine.container;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.EndpointRequest;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;

/// How a container wants to be in one network, as it is stored: texts, which [EndpointRequest] gives a meaning.
///
/// @param network its name or id
/// @param links other containers by the name under which this one calls them
/// @param mac empty: chosen by the network
@Json
public record EndpointWish(
        @Json.Property("Network") String network,
        @Json.Property("Aliases") List<String> aliases,
        @Json.Property("Links") Map<String, String> links,
        @Json.Property("Addresses") List<String> addresses,
        @Json.Property("LinkLocal") List<String> linkLocal,
        @Json.Property("Mac") String mac,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("GatewayPriority") int gatewayPriority) {
    public EndpointWish {
        aliases = List.copyOf(aliases);
        links = Map.copyOf(links);
        addresses = List.copyOf(addresses);
        linkLocal = List.copyOf(linkLocal);
        options = Map.copyOf(options);
        request(aliases, links, addresses, linkLocal, mac, options, gatewayPriority);
    }

    /// Whatever the network gives.
    public static EndpointWish in(String network) {
        return of(network, EndpointRequest.ANY);
    }

    public static EndpointWish of(String network, EndpointRequest r) {
        return new EndpointWish(
                network,
                r.aliases(),
                r.links(),
                r.addresses().stream().map(Ip::toString).toList(),
                r.linkLocalAddresses().stream().map(Ip::toString).toList(),
                r.mac() == null ? "" : r.mac().text(),
                r.driverOptions(),
                r.gatewayPriority());
    }

    public EndpointRequest request() {
        return request(aliases, links, addresses, linkLocal, mac, options, gatewayPriority);
    }

    private static EndpointRequest request(
            List<String> aliases,
            Map<String, String> links,
            List<String> addresses,
            List<String> linkLocal,
            String mac,
            Map<String, String> options,
            int gatewayPriority) {
        return new EndpointRequest(
                aliases,
                links,
                addresses.stream().map(Ip::parse).toList(),
                linkLocal.stream().map(Ip::parse).toList(),
                mac.isEmpty() ? null : new MacAddress(mac),
                options,
                gatewayPriority);
    }
}
