package dev.gantry.api.network;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One network, as listed and as inspected.
///
/// @param conflicts what other hosts have that does not go together with it, and what came of that; no field of
/// Docker's
@Json
public record NetworkSummary(
        @Json.Property("Name") String name,
        @Json.Property("Id") String id,
        @Json.Property("Created") String created,
        @Json.Property("Scope") String scope,
        @Json.Property("Driver") String driver,
        @Json.Property("EnableIPv4") boolean enableIpv4,
        @Json.Property("EnableIPv6") boolean enableIpv6,
        @Json.Property("IPAM") Ipam ipam,
        @Json.Property("Internal") boolean internal,
        @Json.Property("Attachable") boolean attachable,
        @Json.Property("Ingress") boolean ingress,
        @Json.Property("ConfigFrom") ConfigReference configFrom,
        @Json.Property("ConfigOnly") boolean configOnly,
        @Json.Property("Containers") Map<String, NetworkContainer> containers,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("Labels") Map<String, String> labels,
        @Json.Property("Peers") @Nullable List<PeerInfo> peers,
        @Json.Property("Conflicts") @Nullable List<String> conflicts) {
    public NetworkSummary {
        name = Absent.text(name);
        id = Absent.text(id);
        created = Absent.text(created);
        scope = Absent.text(scope);
        driver = Absent.text(driver);
        containers = Absent.map(containers);
        options = Absent.map(options);
        labels = Absent.map(labels);
    }
}
