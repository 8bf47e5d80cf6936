package dev.gantry.runtime.watch;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// What a watch wrote durably when its container ended, for an engine that was not there.
/// `pid` and `startTime` name the init; a record of another boot says that the host was restarted since.
@Json
public record ExitRecord(
        @Json.Property("version") int version,
        @Json.Property("boot") String boot,
        @Json.Property("pid") long pid,
        @Json.Property("startTime") long startTime,
        @Json.Property("code") int code,
        @Json.Property("signal") int signal,
        @Json.Property("oom") boolean oom,
        @Json.Property("finishedAt") long finishedAt,
        @Json.Property("dropped") long dropped) {
    private static final int VERSION = 1;
    private static final int LONGEST = 4096;

    public Exited exited() {
        return new Exited(code, signal, oom, Watch.instant(finishedAt), dropped);
    }

    /// Reads a record. Empty when there is none, or when the file is torn or not a record: then nobody knows the end.
    public static Optional<ExitRecord> read(Path file) throws IOException {
        try {
            if (Files.size(file) > LONGEST) {
                return Optional.empty();
            }
            return parse(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    static Optional<ExitRecord> parse(String text) {
        if (!text.endsWith("}\n")) {
            return Optional.empty();
        }
        try {
            ExitRecord record = Jsonb.instance().type(ExitRecord.class).fromJson(text);
            return record.version == VERSION && !record.boot.isEmpty() && record.pid > 0
                    ? Optional.of(record)
                    : Optional.empty();
        } catch (JsonException | IllegalStateException _) {
            return Optional.empty();
        }
    }
}
