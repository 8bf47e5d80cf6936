package dev.gantry.csi;

import csi.v1.ControllerPublishVolumeRequest;
import csi.v1.ControllerServiceCapability.RPC.Type;
import csi.v1.ControllerUnpublishVolumeRequest;
import csi.v1.NodeExpandVolumeRequest;
import csi.v1.NodePublishVolumeRequest;
import csi.v1.NodeServiceCapability;
import csi.v1.NodeStageVolumeRequest;
import csi.v1.NodeUnpublishVolumeRequest;
import csi.v1.NodeUnstageVolumeRequest;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Brings a volume to its place on this node and takes it away: controller publish, stage, publish, and back. Every
/// step may be repeated; what the plugin cannot is left out.
final class CsiNode {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String STAGING = "staging";
    private static final String TARGET = "target";

    private final CsiPlace place;

    CsiNode(CsiPlace place) {
        this.place = place;
    }

    /// Where it is when it is attached.
    Path target(CsiVolume v) {
        return place.directory().resolve(v.name()).resolve(TARGET);
    }

    private String inside(CsiVolume v, String what) {
        return place.inside().resolve(v.name()).resolve(what).toString();
    }

    /// What the controller says of the node, to be stored before [#attach].
    Map<String, String> publish(CsiClient client, CsiFacts facts, CsiVolume v, CsiOptions options) {
        if (!facts.can(Type.PUBLISH_UNPUBLISH_VOLUME)) {
            return Map.of();
        }
        return client.call(
                        "attach volume " + v.name(),
                        CsiMethods.ATTACH,
                        ControllerPublishVolumeRequest.newBuilder()
                                .setVolumeId(v.id())
                                .setNodeId(facts.nodeId())
                                .setVolumeCapability(options.capability(facts.tellsWritersApart()))
                                .putAllSecrets(CsiSecrets.read(options.secretsFile()))
                                .putAllVolumeContext(v.context())
                                .build(),
                        LONG)
                .getPublishContextMap();
    }

    void attach(CsiClient client, CsiFacts facts, CsiVolume v, CsiOptions options) {
        String what = "mount volume " + v.name();
        makeDirectory(place.directory().resolve(v.name()).resolve(STAGING));
        var capability = options.capability(facts.tellsWritersApart());
        Map<String, String> secrets = CsiSecrets.read(options.secretsFile());
        boolean stages = facts.can(NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME);
        if (stages) {
            client.call(
                    what,
                    CsiMethods.STAGE,
                    NodeStageVolumeRequest.newBuilder()
                            .setVolumeId(v.id())
                            .putAllPublishContext(v.published())
                            .setStagingTargetPath(inside(v, STAGING))
                            .setVolumeCapability(capability)
                            .putAllSecrets(secrets)
                            .putAllVolumeContext(v.context())
                            .build(),
                    LONG);
        }
        client.call(
                what,
                CsiMethods.PUBLISH,
                NodePublishVolumeRequest.newBuilder()
                        .setVolumeId(v.id())
                        .putAllPublishContext(v.published())
                        .setStagingTargetPath(stages ? inside(v, STAGING) : "")
                        .setTargetPath(inside(v, TARGET))
                        .setVolumeCapability(capability)
                        .putAllSecrets(secrets)
                        .putAllVolumeContext(v.context())
                        .build(),
                LONG);
        if (!Files.isDirectory(target(v), LinkOption.NOFOLLOW_LINKS)) {
            throw new Internal(
                    what, "the plugin says that it is in its place, and no directory is there", "tell its maker");
        }
    }

    /// Tells the node of a larger size.
    void expand(CsiClient client, CsiFacts facts, CsiVolume v, CsiOptions options) {
        boolean stages = facts.can(NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME);
        client.call(
                "expand volume " + v.name(),
                CsiMethods.NODE_EXPAND,
                NodeExpandVolumeRequest.newBuilder()
                        .setVolumeId(v.id())
                        .setVolumePath(inside(v, TARGET))
                        .setStagingTargetPath(stages ? inside(v, STAGING) : "")
                        .setVolumeCapability(options.capability(facts.tellsWritersApart()))
                        .putAllSecrets(CsiSecrets.read(options.secretsFile()))
                        .build(),
                LONG);
    }

    /// All that may be there goes, in the reverse order.
    void detach(CsiClient client, CsiFacts facts, CsiVolume v, CsiOptions options) {
        String what = "unmount volume " + v.name();
        client.call(
                what,
                CsiMethods.UNPUBLISH,
                NodeUnpublishVolumeRequest.newBuilder()
                        .setVolumeId(v.id())
                        .setTargetPath(inside(v, TARGET))
                        .build(),
                LONG);
        if (facts.can(NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME)) {
            client.call(
                    what,
                    CsiMethods.UNSTAGE,
                    NodeUnstageVolumeRequest.newBuilder()
                            .setVolumeId(v.id())
                            .setStagingTargetPath(inside(v, STAGING))
                            .build(),
                    LONG);
        }
        if (facts.can(Type.PUBLISH_UNPUBLISH_VOLUME)) {
            try {
                client.call(
                        what,
                        CsiMethods.DETACH,
                        ControllerUnpublishVolumeRequest.newBuilder()
                                .setVolumeId(v.id())
                                .setNodeId(facts.nodeId())
                                .putAllSecrets(CsiSecrets.read(options.secretsFile()))
                                .build(),
                        LONG);
            } catch (NotFound gone) {
                // CSI §ControllerUnpublishVolume: a volume or node that is not there is not attached.
                clear(v);
                return;
            }
        }
        clear(v);
    }

    /// Empty directories only: what a plugin left mounted or written there is not ours to delete.
    private void clear(CsiVolume v) {
        Path own = place.directory().resolve(v.name());
        try {
            Files.deleteIfExists(own.resolve(TARGET));
            Files.deleteIfExists(own.resolve(STAGING));
            Files.deleteIfExists(own);
        } catch (IOException e) {
            throw new Internal(
                    "unmount volume " + v.name(),
                    "the plugin says that it is gone, and something is left: " + e.getMessage(),
                    "look at " + own);
        }
    }

    private static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new Internal(
                    "make directory " + directory, String.valueOf(e), "look at the file system of the data root", e);
        }
    }
}
