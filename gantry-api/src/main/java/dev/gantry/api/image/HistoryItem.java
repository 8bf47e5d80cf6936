package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One step in the making of an image.
@Json
public record HistoryItem(
        @Json.Property("Comment") String comment,
        @Json.Property("Created") long created,
        @Json.Property("CreatedBy") String createdBy,
        @Json.Property("Id") String id,
        @Json.Property("Size") long size,

        @Json.Property("Tags") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> tags) {
    public HistoryItem {
        comment = Absent.text(comment);
        createdBy = Absent.text(createdBy);
        id = Absent.text(id);
    }
}
