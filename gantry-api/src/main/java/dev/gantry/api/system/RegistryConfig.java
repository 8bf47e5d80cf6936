package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;

/// The registries and how they are reached.
@Json
public record RegistryConfig(
        @Json.Property("InsecureRegistryCIDRs") List<String> insecureRegistryCidrs,
        @Json.Property("IndexConfigs") Map<String, IndexInfo> indexConfigs,
        @Json.Property("Mirrors") List<String> mirrors) {
    public RegistryConfig {
        insecureRegistryCidrs = Absent.list(insecureRegistryCidrs);
        indexConfigs = Absent.map(indexConfigs);
        mirrors = Absent.list(mirrors);
    }
}
