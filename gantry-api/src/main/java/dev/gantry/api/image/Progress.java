package dev.gantry.api.image;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// One line of progress of pull, load, import or build. Fields that say nothing are absent.
@Json
public record Progress(
        @Json.Property("stream") @Nullable String stream,
        @Json.Property("status") @Nullable String status,
        @Json.Property("progressDetail") @Nullable ProgressDetail progressDetail,
        @Json.Property("progress") @Nullable String progress,
        @Json.Property("id") @Nullable String id,
        @Json.Property("errorDetail") @Nullable ErrorDetail errorDetail,
        @Json.Property("error") @Nullable String error,
        @Json.Property("aux") @Json.Raw @Nullable String aux) {
    public static Progress status(String text) {
        return new Progress(null, text, null, null, null, null, null, null);
    }

    /// A line which replaces the last one of the same id on a terminal.
    public static Progress step(String id, String text) {
        return new Progress(null, text, new ProgressDetail(null, null), null, id, null, null, null);
    }

    public static Progress step(String id, String text, long current, long total) {
        return new Progress(null, text, new ProgressDetail(current, total), null, id, null, null, null);
    }

    public static Progress stream(String text) {
        return new Progress(text, null, null, null, null, null, null, null);
    }

    /// A document for programs, which people do not see.
    public static Progress aux(String json) {
        return new Progress(null, null, null, null, null, null, null, json);
    }

    public static Progress failed(String message) {
        return new Progress(null, null, null, null, null, new ErrorDetail(null, message), message, null);
    }
}
