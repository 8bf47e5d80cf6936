package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /version`.
@Json
public record Version(
        @Json.Property("Platform") PlatformName platform,
        @Json.Property("Components") List<VersionComponent> components,
        @Json.Property("Version") String version,
        @Json.Property("ApiVersion") String apiVersion,
        @Json.Property("MinAPIVersion") String minApiVersion,
        @Json.Property("GitCommit") String gitCommit,
        @Json.Property("GoVersion") String goVersion,
        @Json.Property("Os") String os,
        @Json.Property("Arch") String arch,
        @Json.Property("KernelVersion") @Nullable String kernelVersion,
        @Json.Property("Experimental") @Nullable Boolean experimental,
        @Json.Property("BuildTime") @Nullable String buildTime) {
    public Version {
        platform = platform == null ? new PlatformName("") : platform;
        components = Absent.list(components);
        version = Absent.text(version);
        apiVersion = Absent.text(apiVersion);
        minApiVersion = Absent.text(minApiVersion);
        gitCommit = Absent.text(gitCommit);
        goVersion = Absent.text(goVersion);
        os = Absent.text(os);
        arch = Absent.text(arch);
    }
}
