package dev.gantry.csi;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import csi.v1.ControllerExpandVolumeRequest;
import csi.v1.ControllerExpandVolumeResponse;
import csi.v1.ControllerGetCapabilitiesResponse;
import csi.v1.ControllerPublishVolumeRequest;
import csi.v1.ControllerPublishVolumeResponse;
import csi.v1.ControllerServiceCapability;
import csi.v1.ControllerUnpublishVolumeResponse;
import csi.v1.CreateSnapshotRequest;
import csi.v1.CreateSnapshotResponse;
import csi.v1.CreateVolumeRequest;
import csi.v1.CreateVolumeResponse;
import csi.v1.DeleteSnapshotResponse;
import csi.v1.DeleteVolumeRequest;
import csi.v1.DeleteVolumeResponse;
import csi.v1.GetPluginCapabilitiesResponse;
import csi.v1.GetPluginInfoResponse;
import csi.v1.NodeExpandVolumeResponse;
import csi.v1.NodeGetCapabilitiesResponse;
import csi.v1.NodeGetInfoResponse;
import csi.v1.NodePublishVolumeRequest;
import csi.v1.NodePublishVolumeResponse;
import csi.v1.NodeServiceCapability;
import csi.v1.NodeStageVolumeRequest;
import csi.v1.NodeStageVolumeResponse;
import csi.v1.NodeUnpublishVolumeRequest;
import csi.v1.NodeUnpublishVolumeResponse;
import csi.v1.NodeUnstageVolumeRequest;
import csi.v1.NodeUnstageVolumeResponse;
import csi.v1.PluginCapability;
import csi.v1.ProbeResponse;
import csi.v1.Snapshot;
import csi.v1.ValidateVolumeCapabilitiesResponse;
import csi.v1.Volume;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A CSI plugin in a process of its own: `SampleCsi SOCKET HOME`. A volume is a directory of HOME; staging binds it
/// to the staging place, and publishing that to the target. `HOME/faults` says what it does wrong, a line per method;
/// `HOME/without` the capabilities that it lacks; `HOME/calls` what it was asked.
public final class SampleCsi {
    private final Path home;
    private final Map<String, ServerServiceDefinition.Builder> services = new HashMap<>();

    private SampleCsi(Path home) {
        this.home = home;
    }

    public static void main(String[] args) throws Exception {
        Path socket = Path.of(args[0]);
        var sample = new SampleCsi(Path.of(args[1]));
        Files.createDirectories(sample.home.resolve("volumes"));
        Files.deleteIfExists(socket);
        sample.identity();
        sample.controller();
        sample.node();
        var builder = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .workerEventLoopGroup(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
        sample.services.values().forEach(s -> builder.addService(s.build()));
        Server server = builder.build().start();
        server.awaitTermination();
    }

    @FunctionalInterface
    private interface Answer<Q, A> {
        A to(Q request) throws IOException;
    }

    private <Q extends Message, A extends Message> void serve(MethodDescriptor<Q, A> method, Answer<Q, A> answer) {
        services.computeIfAbsent(method.getServiceName(), ServerServiceDefinition::builder)
                .addMethod(method, ServerCalls.asyncUnaryCall((request, observer) -> {
                    try {
                        String name = method.getBareMethodName();
                        note(name, request);
                        String fault = fault(name);
                        before(fault);
                        A a = answer.to(request);
                        after(fault);
                        observer.onNext(a);
                        observer.onCompleted();
                    } catch (StatusRuntimeException e) {
                        observer.onError(e);
                    } catch (IOException | RuntimeException e) {
                        observer.onError(
                                Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
                    }
                }));
    }

    private synchronized void note(String method, Message request) throws IOException {
        String line = method + " " + request.toString().replace('\n', ' ') + "\n";
        Files.writeString(home.resolve("calls"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private List<String> lines(String file) throws IOException {
        Path path = home.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path) : List.of();
    }

    private String fault(String method) throws IOException {
        for (String line : lines("faults")) {
            if (line.startsWith(method + " ")) {
                String fault = line.substring(method.length() + 1);
                if (fault.startsWith("once ")) {
                    Files.delete(home.resolve("faults"));
                    return fault.substring("once ".length());
                }
                return fault;
            }
        }
        return "";
    }

    private static void before(String fault) {
        if (fault.equals("hang")) {
            try {
                Thread.sleep(1_000_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } else if (fault.equals("die")) {
            Runtime.getRuntime().halt(1);
        } else if (fault.startsWith("status ")) {
            throw Status.fromCode(Status.Code.valueOf(fault.substring("status ".length())))
                    .withDescription("as it was\ntold")
                    .asRuntimeException();
        }
    }

    private static void after(String fault) {
        if (fault.equals("die-after")) {
            Runtime.getRuntime().halt(1);
        }
    }

    private boolean has(Enum<?> capability) throws IOException {
        return !lines("without").contains(capability.name());
    }

    private void identity() {
        serve(
                CsiMethods.PLUGIN_INFO,
                _ -> GetPluginInfoResponse.newBuilder()
                        .setName("sample.example")
                        .setVendorVersion("1")
                        .build());
        serve(
                CsiMethods.PROBE,
                _ -> ProbeResponse.newBuilder().setReady(BoolValue.of(true)).build());
        serve(CsiMethods.PLUGIN_CAPABILITIES, _ -> {
            var answer = GetPluginCapabilitiesResponse.newBuilder();
            if (has(PluginCapability.Service.Type.CONTROLLER_SERVICE)) {
                answer.addCapabilities(PluginCapability.newBuilder()
                        .setService(PluginCapability.Service.newBuilder()
                                .setType(PluginCapability.Service.Type.CONTROLLER_SERVICE)));
            }
            return answer.build();
        });
    }

    private void controller() {
        serve(CsiMethods.CONTROLLER_CAPABILITIES, _ -> {
            var answer = ControllerGetCapabilitiesResponse.newBuilder();
            for (var type : List.of(
                    ControllerServiceCapability.RPC.Type.CREATE_DELETE_VOLUME,
                    ControllerServiceCapability.RPC.Type.PUBLISH_UNPUBLISH_VOLUME,
                    ControllerServiceCapability.RPC.Type.EXPAND_VOLUME,
                    ControllerServiceCapability.RPC.Type.CLONE_VOLUME,
                    ControllerServiceCapability.RPC.Type.CREATE_DELETE_SNAPSHOT)) {
                if (has(type)) {
                    answer.addCapabilities(ControllerServiceCapability.newBuilder()
                            .setRpc(ControllerServiceCapability.RPC.newBuilder().setType(type)));
                }
            }
            return answer.build();
        });
        serve(CsiMethods.CREATE, this::create);
        serve(CsiMethods.DELETE, this::delete);
        serve(
                CsiMethods.VALIDATE,
                r -> ValidateVolumeCapabilitiesResponse.newBuilder()
                        .setConfirmed(ValidateVolumeCapabilitiesResponse.Confirmed.newBuilder()
                                .addAllVolumeCapabilities(r.getVolumeCapabilitiesList()))
                        .build());
        serve(CsiMethods.ATTACH, this::attach);
        serve(CsiMethods.DETACH, _ -> ControllerUnpublishVolumeResponse.getDefaultInstance());
        serve(CsiMethods.EXPAND, this::expand);
        serve(CsiMethods.SNAPSHOT, this::snapshot);
        serve(CsiMethods.DELETE_SNAPSHOT, _ -> DeleteSnapshotResponse.getDefaultInstance());
    }

    private CreateVolumeResponse create(CreateVolumeRequest r) throws IOException {
        Path directory = home.resolve("volumes").resolve("id-" + r.getName());
        Files.createDirectories(directory);
        long bytes = Math.max(r.getCapacityRange().getRequiredBytes(), 1 << 20);
        return CreateVolumeResponse.newBuilder()
                .setVolume(Volume.newBuilder()
                        .setVolumeId("id-" + r.getName())
                        .setCapacityBytes(fault("Size").isEmpty() ? bytes : 1)
                        .putVolumeContext("color", r.getParametersOrDefault("color", "none"))
                        .build())
                .build();
    }

    private DeleteVolumeResponse delete(DeleteVolumeRequest r) throws IOException {
        Path directory = home.resolve("volumes").resolve(r.getVolumeId());
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path p : all.toList().reversed()) {
                    Files.delete(p);
                }
            }
        }
        return DeleteVolumeResponse.getDefaultInstance();
    }

    private ControllerPublishVolumeResponse attach(ControllerPublishVolumeRequest r) {
        return ControllerPublishVolumeResponse.newBuilder()
                .putPublishContext("device", "on-" + r.getNodeId())
                .build();
    }

    private ControllerExpandVolumeResponse expand(ControllerExpandVolumeRequest r) {
        return ControllerExpandVolumeResponse.newBuilder()
                .setCapacityBytes(r.getCapacityRange().getRequiredBytes())
                .setNodeExpansionRequired(true)
                .build();
    }

    private CreateSnapshotResponse snapshot(CreateSnapshotRequest r) throws IOException {
        Path asked = home.resolve("snapshot-" + r.getName());
        boolean ready = Files.exists(asked);
        Files.writeString(asked, "");
        return CreateSnapshotResponse.newBuilder()
                .setSnapshot(Snapshot.newBuilder()
                        .setSnapshotId("snap-" + r.getName())
                        .setSourceVolumeId(r.getSourceVolumeId())
                        .setReadyToUse(ready))
                .build();
    }

    private void node() {
        serve(
                CsiMethods.NODE_INFO,
                _ -> NodeGetInfoResponse.newBuilder().setNodeId("node-1").build());
        serve(CsiMethods.NODE_CAPABILITIES, _ -> {
            var answer = NodeGetCapabilitiesResponse.newBuilder();
            for (var type : List.of(
                    NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME,
                    NodeServiceCapability.RPC.Type.EXPAND_VOLUME)) {
                if (has(type)) {
                    answer.addCapabilities(NodeServiceCapability.newBuilder()
                            .setRpc(NodeServiceCapability.RPC.newBuilder().setType(type)));
                }
            }
            return answer.build();
        });
        serve(CsiMethods.STAGE, this::stage);
        serve(CsiMethods.UNSTAGE, this::unstage);
        serve(CsiMethods.PUBLISH, this::publish);
        serve(CsiMethods.UNPUBLISH, this::unpublish);
        serve(CsiMethods.NODE_EXPAND, _ -> NodeExpandVolumeResponse.getDefaultInstance());
    }

    private NodeStageVolumeResponse stage(NodeStageVolumeRequest r) throws IOException {
        if (!isMounted(r.getStagingTargetPath())) {
            run("mount", "--bind", home + "/volumes/" + r.getVolumeId(), r.getStagingTargetPath());
        }
        return NodeStageVolumeResponse.getDefaultInstance();
    }

    private NodeUnstageVolumeResponse unstage(NodeUnstageVolumeRequest r) throws IOException {
        if (isMounted(r.getStagingTargetPath())) {
            run("umount", r.getStagingTargetPath());
        }
        return NodeUnstageVolumeResponse.getDefaultInstance();
    }

    private NodePublishVolumeResponse publish(NodePublishVolumeRequest r) throws IOException {
        if (!fault("NodePublishVolume").equals("lie") && !isMounted(r.getTargetPath())) {
            Files.createDirectories(Path.of(r.getTargetPath()));
            String from = r.getStagingTargetPath().isEmpty()
                    ? home + "/volumes/" + r.getVolumeId()
                    : r.getStagingTargetPath();
            run("mount", "--bind", from, r.getTargetPath());
        }
        return NodePublishVolumeResponse.getDefaultInstance();
    }

    private NodeUnpublishVolumeResponse unpublish(NodeUnpublishVolumeRequest r) throws IOException {
        if (isMounted(r.getTargetPath())) {
            run("umount", r.getTargetPath());
        }
        Files.deleteIfExists(Path.of(r.getTargetPath()));
        return NodeUnpublishVolumeResponse.getDefaultInstance();
    }

    private static boolean isMounted(String path) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream().anyMatch(l -> l.split(" ")[4].equals(path));
    }

    private static void run(String... command) throws IOException {
        Process p = new ProcessBuilder(command).inheritIO().start();
        try {
            if (p.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
