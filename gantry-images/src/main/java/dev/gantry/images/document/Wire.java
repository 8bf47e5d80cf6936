package dev.gantry.images.document;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The documents with the field names of the wire; only [Documents] and writers of new documents see
/// them.
public final class Wire {
    private Wire() {}

    @Json
    public record Descriptor(
            @Json.Property("mediaType") @Nullable String mediaType,
            @Json.Property("digest") @Nullable String digest,
            @Json.Property("size") long size,
            @Json.Property("annotations") @Nullable Map<String, String> annotations,
            @Json.Property("platform") @Nullable Platform platform) {}

    @Json
    public record Platform(
            @Json.Property("architecture") @Nullable String architecture,
            @Json.Property("os") @Nullable String os,
            @Json.Property("variant") @Nullable String variant) {}

    /// A manifest or an index: which of them is decided after reading.
    @Json
    public record Document(
            @Json.Property("schemaVersion") int schemaVersion,
            @Json.Property("mediaType") @Nullable String mediaType,
            @Json.Property("config") @Nullable Descriptor config,
            @Json.Property("layers") @Nullable List<Descriptor> layers,
            @Json.Property("manifests") @Nullable List<Descriptor> manifests) {}

    @Json
    public record Config(
            @Json.Property("created") @Nullable String created,
            @Json.Property("author") @Nullable String author,
            @Json.Property("architecture") @Nullable String architecture,
            @Json.Property("os") @Nullable String os,
            @Json.Property("variant") @Nullable String variant,
            @Json.Property("config") @Nullable Run config,
            @Json.Property("rootfs") @Nullable RootFs rootfs,
            @Json.Property("history") @Nullable List<History> history) {}

    @Json
    public record Run(
            @Json.Property("User") @Nullable String user,
            @Json.Property("ExposedPorts") @Nullable Map<String, Object> exposedPorts,
            @Json.Property("Env") @Nullable List<String> env,
            @Json.Property("Entrypoint") @Nullable List<String> entrypoint,
            @Json.Property("Cmd") @Nullable List<String> cmd,
            @Json.Property("Volumes") @Nullable Map<String, Object> volumes,
            @Json.Property("WorkingDir") @Nullable String workingDir,
            @Json.Property("Labels") @Nullable Map<String, String> labels,
            @Json.Property("StopSignal") @Nullable String stopSignal,
            @Json.Property("Healthcheck") @Nullable Health healthcheck) {}

    @Json
    public record Health(
            @Json.Property("Test") @Nullable List<String> test,
            @Json.Property("Interval") long interval,
            @Json.Property("Timeout") long timeout,
            @Json.Property("StartPeriod") long startPeriod,
            @Json.Property("StartInterval") long startInterval,
            @Json.Property("Retries") int retries) {}

    @Json
    public record RootFs(
            @Json.Property("type") @Nullable String type,
            @Json.Property("diff_ids") @Nullable List<String> diffIds) {}

    @Json
    public record History(
            @Json.Property("created") @Nullable String created,
            @Json.Property("created_by") @Nullable String createdBy,
            @Json.Property("author") @Nullable String author,
            @Json.Property("comment") @Nullable String comment,
            @Json.Property("empty_layer") @Nullable Boolean emptyLayer) {}

    /// An entry of `manifest.json` in a docker-archive.
    @Json
    public record ArchiveEntry(
            @Json.Property("Config") @Nullable String config,
            @Json.Property("RepoTags") @Nullable List<String> repoTags,
            @Json.Property("Layers") @Nullable List<String> layers) {}

    /// OCI image-spec 1.1 §image-layout "oci-layout file".
    @Json
    public record Layout(
            @Json.Property("imageLayoutVersion") @Nullable String version) {}
}
