package dev.gantry.csi;

import csi.v1.ControllerGetCapabilitiesRequest;
import csi.v1.ControllerServiceCapability;
import csi.v1.GetPluginCapabilitiesRequest;
import csi.v1.GetPluginInfoRequest;
import csi.v1.NodeGetCapabilitiesRequest;
import csi.v1.NodeGetInfoRequest;
import csi.v1.NodeGetInfoResponse;
import csi.v1.NodeServiceCapability;
import csi.v1.PluginCapability;
import csi.v1.ProbeRequest;
import csi.v1.ProbeResponse;
import csi.v1.Topology;
import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What a plugin says that it is and can do, asked once per connection.
///
/// @param nodeId its name for this host; empty when it needs none
/// @param topology where this host is; empty when the plugin does not care
record CsiFacts(
        String name,
        String version,
        boolean controller,
        Set<ControllerServiceCapability.RPC.Type> controls,
        Set<NodeServiceCapability.RPC.Type> does,
        String nodeId,
        List<Topology> topology) {
    private static final Duration SHORT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int LONGEST_ID = 256;

    CsiFacts {
        controls = Set.copyOf(controls);
        does = Set.copyOf(does);
        topology = List.copyOf(topology);
    }

    /// [Unavailable] while it says that it is not ready, for at most `patience`.
    static CsiFacts ask(CsiClient client, Duration patience) {
        String what = "ask for capabilities";
        var info = client.call(what, CsiMethods.PLUGIN_INFO, GetPluginInfoRequest.getDefaultInstance(), SHORT);
        awaitReady(client, patience);
        var plugin = client.call(
                what, CsiMethods.PLUGIN_CAPABILITIES, GetPluginCapabilitiesRequest.getDefaultInstance(), SHORT);
        Set<PluginCapability.Service.Type> services = EnumSet.noneOf(PluginCapability.Service.Type.class);
        plugin.getCapabilitiesList().forEach(c -> services.add(c.getService().getType()));
        boolean controller = services.contains(PluginCapability.Service.Type.CONTROLLER_SERVICE);
        Set<ControllerServiceCapability.RPC.Type> controls = EnumSet.noneOf(ControllerServiceCapability.RPC.Type.class);
        if (controller) {
            client.call(
                            what,
                            CsiMethods.CONTROLLER_CAPABILITIES,
                            ControllerGetCapabilitiesRequest.getDefaultInstance(),
                            SHORT)
                    .getCapabilitiesList()
                    .forEach(c -> controls.add(c.getRpc().getType()));
        }
        Set<NodeServiceCapability.RPC.Type> does = EnumSet.noneOf(NodeServiceCapability.RPC.Type.class);
        client.call(what, CsiMethods.NODE_CAPABILITIES, NodeGetCapabilitiesRequest.getDefaultInstance(), SHORT)
                .getCapabilitiesList()
                .forEach(c -> does.add(c.getRpc().getType()));
        NodeGetInfoResponse node =
                client.call(what, CsiMethods.NODE_INFO, NodeGetInfoRequest.getDefaultInstance(), SHORT);
        boolean attaches = controls.contains(ControllerServiceCapability.RPC.Type.PUBLISH_UNPUBLISH_VOLUME);
        if (node.getNodeId().length() > LONGEST_ID
                || (attaches && node.getNodeId().isEmpty())) {
            throw new Internal(what, "it says no usable node_id for this host", "tell its maker");
        }
        boolean constrained = services.contains(PluginCapability.Service.Type.VOLUME_ACCESSIBILITY_CONSTRAINTS)
                && node.hasAccessibleTopology();
        return new CsiFacts(
                CsiClient.shown(info.getName()),
                CsiClient.shown(info.getVendorVersion()),
                controller,
                controls,
                does,
                node.getNodeId(),
                constrained ? List.of(node.getAccessibleTopology()) : List.of());
    }

    private static void awaitReady(CsiClient client, Duration patience) {
        String what = "probe";
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            ProbeResponse answer = client.call(what, CsiMethods.PROBE, ProbeRequest.getDefaultInstance(), SHORT);
            if (!answer.hasReady() || answer.getReady().getValue()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new Unavailable(what, "the plugin says that it is not ready", "see the log of the plugin");
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable(what, "the thread was interrupted", "ask again", e);
            }
        }
    }

    boolean can(ControllerServiceCapability.RPC.Type what) {
        return controls.contains(what);
    }

    boolean can(NodeServiceCapability.RPC.Type what) {
        return does.contains(what);
    }

    boolean tellsWritersApart() {
        return can(NodeServiceCapability.RPC.Type.SINGLE_NODE_MULTI_WRITER);
    }
}
