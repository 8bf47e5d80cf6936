package dev.gantry.engine.network;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.endpoint.Route;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a driver gave an endpoint, as it is stored.
@Json
public record GivenDocument(
        @Json.Property("Joined") boolean joined,
        @Json.Property("Source") String source,
        @Json.Property("Gateways") List<String> gateways,
        @Json.Property("Routes") List<Way> routes,
        @Json.Property("Servers") List<String> servers,
        @Json.Property("Search") List<String> search,
        @Json.Property("ResolverOptions") List<String> resolverOptions,
        @Json.Property("Note") String note) {
    @Json
    public record Way(
            @Json.Property("Destination") String destination,
            @Json.Property("Gateway") @Nullable String gateway) {
        static Way of(Route r) {
            return new Way(
                    r.destination().toString(),
                    r.gateway() == null ? null : r.gateway().toString());
        }

        Route route() {
            return new Route(Subnet.parse(destination), gateway == null ? null : Ip.parse(gateway));
        }
    }

    static GivenDocument of(Given g) {
        return new GivenDocument(
                g.joined(),
                g.source(),
                g.gateways().stream().map(Ip::toString).toList(),
                g.routes().stream().map(Way::of).toList(),
                g.resolver().servers(),
                g.resolver().search(),
                g.resolver().options(),
                g.note());
    }

    Given given() {
        return new Given(
                joined,
                source,
                gateways.stream().map(Ip::parse).toList(),
                routes.stream().map(Way::route).toList(),
                new Given.Resolver(servers, search, resolverOptions),
                note);
    }
}
