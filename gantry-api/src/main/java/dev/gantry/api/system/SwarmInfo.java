package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cluster this node is in.
@Json
public record SwarmInfo(
        @Json.Property("NodeID") String nodeId,
        @Json.Property("NodeAddr") String nodeAddr,
        @Json.Property("LocalNodeState") String localNodeState,
        @Json.Property("ControlAvailable") boolean controlAvailable,
        @Json.Property("Error") String error,

        @Json.Property("RemoteManagers") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> remoteManagers) {
    public SwarmInfo {
        nodeId = Absent.text(nodeId);
        nodeAddr = Absent.text(nodeAddr);
        localNodeState = Absent.text(localNodeState);
        error = Absent.text(error);
    }
}
