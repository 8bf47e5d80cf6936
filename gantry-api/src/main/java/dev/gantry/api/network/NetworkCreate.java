package dev.gantry.api.network;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of `POST /networks/create`.
@Json
public record NetworkCreate(
        @Json.Property("Name") String name,
        @Json.Property("CheckDuplicate") @Nullable Boolean checkDuplicate,
        @Json.Property("Driver") String driver,
        @Json.Property("Scope") String scope,
        @Json.Property("EnableIPv4") @Nullable Boolean enableIpv4,
        @Json.Property("EnableIPv6") @Nullable Boolean enableIpv6,
        @Json.Property("IPAM") @Nullable Ipam ipam,
        @Json.Property("Internal") boolean internal,
        @Json.Property("Attachable") boolean attachable,
        @Json.Property("Ingress") boolean ingress,
        @Json.Property("ConfigOnly") boolean configOnly,
        @Json.Property("ConfigFrom") @Nullable ConfigReference configFrom,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("Labels") Map<String, String> labels) {
    public NetworkCreate {
        name = Absent.text(name);
        driver = Absent.text(driver);
        scope = Absent.text(scope);
        options = Absent.map(options);
        labels = Absent.map(labels);
    }
}
