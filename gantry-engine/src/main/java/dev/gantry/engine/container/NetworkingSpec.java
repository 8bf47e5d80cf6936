package dev.gantry.engine.container;

import dev.gantry.base.NotFound;
import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.PortRequest;
import io.avaje.jsonb.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a container was asked to have of networks at its creation. Which ones it is in later is not here, but with the
/// networks: containers are connected and disconnected while they live.
///
/// @param container whose network it shares, by name or id, if it shares one
/// @param endpoints the networks, the one of its mode first
/// @param publishAll what is exposed and not published is published at any free port
@Json
public record NetworkingSpec(
        @Json.Property("Container") String container,
        @Json.Property("Endpoints") List<EndpointWish> endpoints,
        @Json.Property("Publish") List<PortWish> publish,
        @Json.Property("PublishAll") boolean publishAll,
        @Json.Property("Exposed") List<String> exposed) {
    public static final NetworkingSpec NONE = new NetworkingSpec("", List.of(), List.of(), false, List.of());

    public NetworkingSpec {
        endpoints = List.copyOf(endpoints);
        publish = List.copyOf(publish);
        exposed = List.copyOf(exposed);
        exposed.forEach(ContainerPort::parse);
    }

    /// Rows of before networks have none.
    static NetworkingSpec orNone(@Nullable NetworkingSpec stored) {
        return stored == null ? NONE : stored;
    }

    public NetworkingSpec with(List<EndpointWish> others) {
        return new NetworkingSpec(container, others, publish, publishAll, exposed);
    }

    public NetworkingSpec sharing(String other) {
        return new NetworkingSpec(other, endpoints, publish, publishAll, exposed);
    }

    NetworkingSpec exposing(List<String> ports) {
        return new NetworkingSpec(container, endpoints, publish, publishAll, ports);
    }

    /// Without what `remove` names, and with `add`. [NotFound] for what is not published.
    public NetworkingSpec publishing(List<PortWish> add, List<PortWish> remove) {
        List<PortWish> next = new ArrayList<>(publish);
        boolean all = publishAll;
        if (all && !remove.isEmpty()) {
            // From now on they are published one by one.
            all = false;
            PortRequest.all(exposed.stream().map(ContainerPort::parse).toList(), portsOf(publish))
                    .forEach(r -> next.add(new PortWish(r.container().toString(), "", "")));
        }
        for (PortWish gone : remove) {
            if (!next.removeIf(gone::covers)) {
                throw new NotFound(
                        "take back port " + gone.text(), "it is not published", "see which are with: gantry port");
            }
        }
        next.addAll(add);
        return new NetworkingSpec(container, endpoints, next, all, exposed);
    }

    private static List<PortRequest> portsOf(List<PortWish> wishes) {
        return wishes.stream().flatMap(w -> w.requests().stream()).toList();
    }

    /// Every port to publish.
    public List<PortRequest> portRequests() {
        List<PortRequest> requests = new ArrayList<>(portsOf(publish));
        if (publishAll) {
            requests.addAll(
                    PortRequest.all(exposed.stream().map(ContainerPort::parse).toList(), List.copyOf(requests)));
        }
        return requests;
    }
}
