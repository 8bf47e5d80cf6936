package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.EndpointWish;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.PublishedPort;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A member of a network as it is stored.
@Json
public record MemberDocument(
        @Json.Property("Container") String container,
        @Json.Property("Wish") EndpointWish wish,
        @Json.Property("Endpoint") @Nullable Place endpoint) {

    /// What it was given for its run; addresses with their prefix.
    @Json
    public record Place(
            @Json.Property("Id") String id,
            @Json.Property("Interface") String interfaceName,
            @Json.Property("Names") List<String> names,
            @Json.Property("Addresses") List<String> addresses,
            @Json.Property("Mac") String mac,
            @Json.Property("Ports") List<Published> ports,
            @Json.Property("Given") @Nullable GivenDocument given) {}

    @Json
    public record Published(
            @Json.Property("Container") String container,
            @Json.Property("HostIp") String hostIp,
            @Json.Property("HostPort") int hostPort) {}

    public static MemberDocument of(Member m) {
        return new MemberDocument(
                m.container().hex(),
                EndpointWish.of(m.network().hex(), m.request()),
                m.endpoint().map(e -> place(m, e)).orElse(null));
    }

    private static Place place(Member m, Endpoint e) {
        return new Place(
                e.id().hex(),
                m.interfaceName(),
                e.names(),
                e.addresses().stream().map(AddressWithPrefix::toString).toList(),
                e.mac().text(),
                e.ports().stream()
                        .map(p -> new Published(
                                p.container().toString(), p.hostIp().toString(), p.hostPort()))
                        .toList(),
                e.given().equals(Given.NOTHING) ? null : GivenDocument.of(e.given()));
    }

    public Member member() {
        var id = new ContainerId(container);
        var network = new NetworkId(wish.network());
        EndpointRequest request = wish.request();
        Place given = endpoint;
        Member plain = Member.of(id, network, request);
        return given == null
                ? plain
                : plain.with(endpoint(given, network, id, request)).called(given.interfaceName());
    }

    private static Endpoint endpoint(Place p, NetworkId network, ContainerId container, EndpointRequest request) {
        return new Endpoint(
                new EndpointId(p.id()),
                network,
                container,
                p.names(),
                request,
                p.addresses().stream()
                        .map(a -> AddressWithPrefix.find(a).orElseThrow())
                        .toList(),
                new MacAddress(p.mac()),
                p.ports().stream()
                        .map(x -> new PublishedPort(
                                ContainerPort.parse(x.container()), Ip.parse(x.hostIp()), x.hostPort()))
                        .toList(),
                p.given() == null ? Given.NOTHING : p.given().given());
    }
}
