package dev.gantry.engine.managed;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import io.avaje.jsonb.Json;
import java.util.List;

/// What lasts of a plugin besides its blobs: `plugin.json` in its directory.
///
/// @param digest of its manifest
/// @param rootfs the name of the directory of its root file system
/// @param changes what its user set, as it was written
@Json
record StoredPlugin(
        @Json.Property("Id") String id,
        @Json.Property("Name") String name,
        @Json.Property("Reference") String reference,
        @Json.Property("Digest") String digest,
        @Json.Property("Enabled") boolean enabled,
        @Json.Property("Rootfs") String rootfs,
        @Json.Property("Changes") List<String> changes) {
    StoredPlugin {
        changes = List.copyOf(changes);
    }

    ContainerId containerId() {
        return new ContainerId(id);
    }

    Digest manifest() {
        return Digest.parse(digest);
    }

    StoredPlugin enabled(boolean on) {
        return new StoredPlugin(id, name, reference, digest, on, rootfs, changes);
    }

    StoredPlugin changed(List<String> others) {
        return new StoredPlugin(id, name, reference, digest, enabled, rootfs, others);
    }

    StoredPlugin upgraded(String from, Digest other, String directory) {
        return new StoredPlugin(id, name, from, other.toString(), enabled, directory, changes);
    }
}
