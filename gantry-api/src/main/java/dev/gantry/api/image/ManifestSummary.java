package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One manifest of an image: for one platform, or a statement about one.
@Json
public record ManifestSummary(
        @Json.Property("ID") String id,
        @Json.Property("Descriptor") RemoteDescriptor descriptor,
        @Json.Property("Available") boolean available,
        @Json.Property("Size") Size size,
        @Json.Property("Kind") String kind,
        @Json.Property("ImageData") @Nullable ImageData imageData,
        @Json.Property("AttestationData") @Nullable AttestationData attestationData) {
    public ManifestSummary {
        id = Absent.text(id);
        kind = Absent.text(kind);
    }

    /// Of what is here: as it is transferred, and that with what is unpacked.
    @Json
    public record Size(
            @Json.Property("Content") long content,
            @Json.Property("Total") long total) {}

    /// Of an image for a platform: `Containers` are the ids of those that use it.
    @Json
    public record ImageData(
            @Json.Property("Platform") PlatformSpec platform,
            @Json.Property("Containers") List<String> containers,
            @Json.Property("Size") Unpacked size) {
        public ImageData {
            containers = Absent.list(containers);
        }
    }

    @Json
    public record Unpacked(@Json.Property("Unpacked") long unpacked) {}

    /// Of a statement: which manifest it is about.
    @Json
    public record AttestationData(@Json.Property("For") String about) {
        public AttestationData {
            about = Absent.text(about);
        }
    }
}
