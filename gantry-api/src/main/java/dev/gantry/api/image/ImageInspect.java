package dev.gantry.api.image;

import dev.gantry.api.container.DriverData;
import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /images/{name}/json`.
///
/// @param containerConfig before API 1.45, and for the first docker-compose
@Json
public record ImageInspect(
        @Json.Property("Id") String id,
        @Json.Property("RepoTags") List<String> repoTags,
        @Json.Property("RepoDigests") List<String> repoDigests,
        @Json.Property("Parent") String parent,
        @Json.Property("Comment") String comment,
        @Json.Property("Created") @Nullable String created,
        @Json.Property("DockerVersion") String dockerVersion,
        @Json.Property("Author") String author,
        @Json.Property("ContainerConfig") @Nullable ImageConfig containerConfig,
        @Json.Property("Config") @Nullable ImageConfig config,
        @Json.Property("Architecture") String architecture,
        @Json.Property("Variant") @Nullable String variant,
        @Json.Property("Os") String os,
        @Json.Property("Size") long size,
        @Json.Property("GraphDriver") DriverData graphDriver,
        @Json.Property("RootFS") RootFs rootFs,
        @Json.Property("Metadata") ImageMetadata metadata,
        @Json.Property("Descriptor") @Nullable RemoteDescriptor descriptor,
        @Json.Property("Manifests") @Nullable List<ManifestSummary> manifests) {
    public ImageInspect {
        id = Absent.text(id);
        repoTags = Absent.list(repoTags);
        repoDigests = Absent.list(repoDigests);
        parent = Absent.text(parent);
        comment = Absent.text(comment);
        dockerVersion = Absent.text(dockerVersion);
        author = Absent.text(author);
        architecture = Absent.text(architecture);
        os = Absent.text(os);
        graphDriver = graphDriver == null ? new DriverData(null, "") : graphDriver;
        rootFs = rootFs == null ? new RootFs("layers", null) : rootFs;
        metadata = metadata == null ? new ImageMetadata(null) : metadata;
    }
}
