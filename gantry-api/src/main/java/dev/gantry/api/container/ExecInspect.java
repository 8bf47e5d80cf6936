package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.IntOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /exec/{id}/json`.
@Json
public record ExecInspect(
        @Json.Property("ID") String id,
        @Json.Property("Running") boolean running,

        @Json.Property("ExitCode") @Json.Serializer(IntOrNull.class) @Nullable
        Integer exitCode,

        @Json.Property("ProcessConfig") ProcessConfig processConfig,
        @Json.Property("OpenStdin") boolean openStdin,
        @Json.Property("OpenStderr") boolean openStderr,
        @Json.Property("OpenStdout") boolean openStdout,
        @Json.Property("CanRemove") boolean canRemove,
        @Json.Property("ContainerID") String containerId,
        @Json.Property("DetachKeys") String detachKeys,
        @Json.Property("Pid") long pid) {
    public ExecInspect {
        id = Absent.text(id);
        processConfig = processConfig == null ? new ProcessConfig(false, "", List.of(), null, null) : processConfig;
        containerId = Absent.text(containerId);
        detachKeys = Absent.text(detachKeys);
    }
}
