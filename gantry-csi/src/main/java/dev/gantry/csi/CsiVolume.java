package dev.gantry.csi;

import io.avaje.jsonb.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What lasts of one volume: what the plugin calls it, and how far we are with it. Each step is stored before it is
/// taken, and every step may be taken twice.
///
/// @param handle the name it was asked for by; the plugin knows a repeated creation by it
/// @param id the plugin's; empty while the creation is not known to have succeeded
/// @param ours whether it was made here, and goes with its removal
/// @param expand whether the node is yet to be told of a larger size
/// @param boot the boot of this host in which `users` have it
/// @param published what the controller said for the node
@Json
record CsiVolume(
        @Json.Property("Name") String name,
        @Json.Property("Handle") String handle,
        @Json.Property("Id") String id,
        @Json.Property("Context") Map<String, String> context,
        @Json.Property("Bytes") long bytes,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("Created") String created,
        @Json.Property("Ours") boolean ours,
        @Json.Property("Stage") Stage stage,
        @Json.Property("Expand") boolean expand,
        @Json.Property("Boot") String boot,
        @Json.Property("Published") Map<String, String> published,
        @Json.Property("Users") List<String> users) {
    /// How much the plugin may have done.
    enum Stage {
        /// It may have been created.
        CREATING,
        /// It is there and this node has nothing of it.
        CREATED,
        /// This node may have some of it.
        ATTACHING,
        /// It is in its place.
        ATTACHED,
        /// It may have been deleted.
        REMOVING
    }

    CsiVolume {
        context = Map.copyOf(context);
        options = Map.copyOf(options);
        published = Map.copyOf(published);
        users = List.copyOf(users);
    }

    static CsiVolume begun(String name, String handle, Map<String, String> options, String now) {
        return new CsiVolume(
                name, handle, "", Map.of(), 0, options, now, true, Stage.CREATING, false, "", Map.of(), List.of());
    }

    CsiVolume created(String pluginsId, Map<String, String> its, long size, boolean made) {
        return new CsiVolume(
                name,
                handle,
                pluginsId,
                its,
                size,
                options,
                created,
                made,
                Stage.CREATED,
                false,
                "",
                Map.of(),
                List.of());
    }

    CsiVolume at(Stage next) {
        return new CsiVolume(
                name, handle, id, context, bytes, options, created, ours, next, expand, boot, published, users);
    }

    CsiVolume published(Map<String, String> told) {
        return new CsiVolume(
                name, handle, id, context, bytes, options, created, ours, stage, expand, boot, told, users);
    }

    CsiVolume sized(long size, boolean tellNode) {
        return new CsiVolume(
                name, handle, id, context, size, options, created, ours, stage, tellNode, boot, published, users);
    }

    CsiVolume usedBy(List<String> all, String thisBoot) {
        return new CsiVolume(
                name, handle, id, context, bytes, options, created, ours, stage, expand, thisBoot, published, all);
    }

    CsiVolume with(String user, String thisBoot) {
        List<String> all = new ArrayList<>(boot.equals(thisBoot) ? users : List.of());
        if (!all.contains(user)) {
            all.add(user);
        }
        return usedBy(all, thisBoot);
    }

    CsiVolume without(String user) {
        return usedBy(users.stream().filter(u -> !u.equals(user)).toList(), boot);
    }

    boolean onNode() {
        return stage == Stage.ATTACHING || stage == Stage.ATTACHED;
    }
}
