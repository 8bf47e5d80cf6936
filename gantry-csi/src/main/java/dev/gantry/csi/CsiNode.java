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
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Brings a volume to its place on this node and takes it away: controller publish, stage, publish, and back. Every
/// step may be repeated; what the plugin cannot is left out.
final class CsiNode {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String STAGING = CsiDirectories.STAGING;
    private static final String TARGET = CsiDirectories.TARGET;

    private final CsiPlace place;
    private final CsiDirectories directories;

    CsiNode(Linux linux, CsiPlace place) {
        this.place = place;
        this.directories = new CsiDirectories(linux, place);
    }

    /// Where it is when it is attached.
    Path target(CsiVolume v) {
        return place.directory().resolve(v.name()).resolve(TARGET);
    }

    /// Whether it is there still: what a plugin mounted may have ended with it.
    boolean isMounted(CsiVolume v) {
        return directories.isMounted(v.name());
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
        directories.make(v.name());
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
        if (!directories.hasTarget(v.name())) {
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
                directories.clear(v.name());
                return;
            }
        }
        directories.clear(v.name());
    }
}
