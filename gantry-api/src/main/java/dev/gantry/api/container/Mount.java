package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A mount as asked for by `--mount`. `idmap` is a field of our own, which Docker does not have.
@Json
public record Mount(
        @Json.Property("Type") String type,
        @Json.Property("Source") @Nullable String source,
        @Json.Property("Target") String target,
        @Json.Property("ReadOnly") @Nullable Boolean readOnly,
        @Json.Property("Consistency") @Nullable String consistency,
        @Json.Property("BindOptions") @Nullable BindOptions bindOptions,
        @Json.Property("VolumeOptions") @Nullable VolumeOptions volumeOptions,
        @Json.Property("TmpfsOptions") @Nullable TmpfsOptions tmpfsOptions,
        @Json.Property("ImageOptions") @Nullable ImageOptions imageOptions,
        @Json.Property("IdMap") @Nullable String idmap) {
    public Mount {
        type = Absent.text(type);
        target = Absent.text(target);
    }
}
