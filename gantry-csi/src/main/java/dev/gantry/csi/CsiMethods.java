package dev.gantry.csi;

import com.google.protobuf.Message;
import csi.v1.ControllerExpandVolumeRequest;
import csi.v1.ControllerExpandVolumeResponse;
import csi.v1.ControllerGetCapabilitiesRequest;
import csi.v1.ControllerGetCapabilitiesResponse;
import csi.v1.ControllerPublishVolumeRequest;
import csi.v1.ControllerPublishVolumeResponse;
import csi.v1.ControllerUnpublishVolumeRequest;
import csi.v1.ControllerUnpublishVolumeResponse;
import csi.v1.CreateSnapshotRequest;
import csi.v1.CreateSnapshotResponse;
import csi.v1.CreateVolumeRequest;
import csi.v1.CreateVolumeResponse;
import csi.v1.DeleteSnapshotRequest;
import csi.v1.DeleteSnapshotResponse;
import csi.v1.DeleteVolumeRequest;
import csi.v1.DeleteVolumeResponse;
import csi.v1.GetPluginCapabilitiesRequest;
import csi.v1.GetPluginCapabilitiesResponse;
import csi.v1.GetPluginInfoRequest;
import csi.v1.GetPluginInfoResponse;
import csi.v1.NodeExpandVolumeRequest;
import csi.v1.NodeExpandVolumeResponse;
import csi.v1.NodeGetCapabilitiesRequest;
import csi.v1.NodeGetCapabilitiesResponse;
import csi.v1.NodeGetInfoRequest;
import csi.v1.NodeGetInfoResponse;
import csi.v1.NodePublishVolumeRequest;
import csi.v1.NodePublishVolumeResponse;
import csi.v1.NodeStageVolumeRequest;
import csi.v1.NodeStageVolumeResponse;
import csi.v1.NodeUnpublishVolumeRequest;
import csi.v1.NodeUnpublishVolumeResponse;
import csi.v1.NodeUnstageVolumeRequest;
import csi.v1.NodeUnstageVolumeResponse;
import csi.v1.ProbeRequest;
import csi.v1.ProbeResponse;
import csi.v1.ValidateVolumeCapabilitiesRequest;
import csi.v1.ValidateVolumeCapabilitiesResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;

/// The calls of CSI 1.12 that we make, by service and name.
final class CsiMethods {
    static final MethodDescriptor<GetPluginInfoRequest, GetPluginInfoResponse> PLUGIN_INFO = unary(
            "Identity",
            "GetPluginInfo",
            GetPluginInfoRequest.getDefaultInstance(),
            GetPluginInfoResponse.getDefaultInstance());
    static final MethodDescriptor<GetPluginCapabilitiesRequest, GetPluginCapabilitiesResponse> PLUGIN_CAPABILITIES =
            unary(
                    "Identity",
                    "GetPluginCapabilities",
                    GetPluginCapabilitiesRequest.getDefaultInstance(),
                    GetPluginCapabilitiesResponse.getDefaultInstance());
    static final MethodDescriptor<ProbeRequest, ProbeResponse> PROBE =
            unary("Identity", "Probe", ProbeRequest.getDefaultInstance(), ProbeResponse.getDefaultInstance());

    static final MethodDescriptor<ControllerGetCapabilitiesRequest, ControllerGetCapabilitiesResponse>
            CONTROLLER_CAPABILITIES = unary(
                    "Controller",
                    "ControllerGetCapabilities",
                    ControllerGetCapabilitiesRequest.getDefaultInstance(),
                    ControllerGetCapabilitiesResponse.getDefaultInstance());
    static final MethodDescriptor<CreateVolumeRequest, CreateVolumeResponse> CREATE = unary(
            "Controller",
            "CreateVolume",
            CreateVolumeRequest.getDefaultInstance(),
            CreateVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<DeleteVolumeRequest, DeleteVolumeResponse> DELETE = unary(
            "Controller",
            "DeleteVolume",
            DeleteVolumeRequest.getDefaultInstance(),
            DeleteVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<ControllerPublishVolumeRequest, ControllerPublishVolumeResponse> ATTACH = unary(
            "Controller",
            "ControllerPublishVolume",
            ControllerPublishVolumeRequest.getDefaultInstance(),
            ControllerPublishVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<ControllerUnpublishVolumeRequest, ControllerUnpublishVolumeResponse> DETACH = unary(
            "Controller",
            "ControllerUnpublishVolume",
            ControllerUnpublishVolumeRequest.getDefaultInstance(),
            ControllerUnpublishVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<ValidateVolumeCapabilitiesRequest, ValidateVolumeCapabilitiesResponse> VALIDATE =
            unary(
                    "Controller",
                    "ValidateVolumeCapabilities",
                    ValidateVolumeCapabilitiesRequest.getDefaultInstance(),
                    ValidateVolumeCapabilitiesResponse.getDefaultInstance());
    static final MethodDescriptor<ControllerExpandVolumeRequest, ControllerExpandVolumeResponse> EXPAND = unary(
            "Controller",
            "ControllerExpandVolume",
            ControllerExpandVolumeRequest.getDefaultInstance(),
            ControllerExpandVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<CreateSnapshotRequest, CreateSnapshotResponse> SNAPSHOT = unary(
            "Controller",
            "CreateSnapshot",
            CreateSnapshotRequest.getDefaultInstance(),
            CreateSnapshotResponse.getDefaultInstance());
    static final MethodDescriptor<DeleteSnapshotRequest, DeleteSnapshotResponse> DELETE_SNAPSHOT = unary(
            "Controller",
            "DeleteSnapshot",
            DeleteSnapshotRequest.getDefaultInstance(),
            DeleteSnapshotResponse.getDefaultInstance());

    static final MethodDescriptor<NodeGetInfoRequest, NodeGetInfoResponse> NODE_INFO = unary(
            "Node", "NodeGetInfo", NodeGetInfoRequest.getDefaultInstance(), NodeGetInfoResponse.getDefaultInstance());
    static final MethodDescriptor<NodeGetCapabilitiesRequest, NodeGetCapabilitiesResponse> NODE_CAPABILITIES = unary(
            "Node",
            "NodeGetCapabilities",
            NodeGetCapabilitiesRequest.getDefaultInstance(),
            NodeGetCapabilitiesResponse.getDefaultInstance());
    static final MethodDescriptor<NodeStageVolumeRequest, NodeStageVolumeResponse> STAGE = unary(
            "Node",
            "NodeStageVolume",
            NodeStageVolumeRequest.getDefaultInstance(),
            NodeStageVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<NodeUnstageVolumeRequest, NodeUnstageVolumeResponse> UNSTAGE = unary(
            "Node",
            "NodeUnstageVolume",
            NodeUnstageVolumeRequest.getDefaultInstance(),
            NodeUnstageVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<NodePublishVolumeRequest, NodePublishVolumeResponse> PUBLISH = unary(
            "Node",
            "NodePublishVolume",
            NodePublishVolumeRequest.getDefaultInstance(),
            NodePublishVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<NodeUnpublishVolumeRequest, NodeUnpublishVolumeResponse> UNPUBLISH = unary(
            "Node",
            "NodeUnpublishVolume",
            NodeUnpublishVolumeRequest.getDefaultInstance(),
            NodeUnpublishVolumeResponse.getDefaultInstance());
    static final MethodDescriptor<NodeExpandVolumeRequest, NodeExpandVolumeResponse> NODE_EXPAND = unary(
            "Node",
            "NodeExpandVolume",
            NodeExpandVolumeRequest.getDefaultInstance(),
            NodeExpandVolumeResponse.getDefaultInstance());

    private CsiMethods() {}

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> unary(
            String service, String name, Q request, A answer) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("csi.v1." + service, name))
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(answer))
                .build();
    }
}
