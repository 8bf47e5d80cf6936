package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.LabelsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One image of `GET /images/json`. `Created` is in seconds; -1 means: not counted.
@Json
public record ImageSummary(
        @Json.Property("Containers") long containers,
        @Json.Property("Created") long created,
        @Json.Property("Id") String id,

        @Json.Property("Labels") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> labels,

        @Json.Property("ParentId") String parentId,
        @Json.Property("RepoDigests") List<String> repoDigests,
        @Json.Property("RepoTags") List<String> repoTags,
        @Json.Property("SharedSize") long sharedSize,
        @Json.Property("Size") long size,
        @Json.Property("Descriptor") @Nullable RemoteDescriptor descriptor,
        @Json.Property("Manifests") @Nullable List<ManifestSummary> manifests) {
    public ImageSummary {
        id = Absent.text(id);
        parentId = Absent.text(parentId);
        repoDigests = Absent.list(repoDigests);
        repoTags = Absent.list(repoTags);
    }
}
