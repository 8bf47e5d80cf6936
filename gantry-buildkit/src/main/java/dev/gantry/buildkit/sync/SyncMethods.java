package dev.gantry.buildkit.sync;

import fsutil.types.Packet;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;

final class SyncMethods {
    static final MethodDescriptor<Packet, Packet> DIFF_COPY = MethodDescriptor.<Packet, Packet>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName("moby.filesync.v1.FileSync/DiffCopy")
            .setRequestMarshaller(ProtoUtils.marshaller(Packet.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Packet.getDefaultInstance()))
            .build();

    private SyncMethods() {}
}
