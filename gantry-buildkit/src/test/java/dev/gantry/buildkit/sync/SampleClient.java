package dev.gantry.buildkit.sync;

import com.google.protobuf.ByteString;
import dev.gantry.buildkit.session.Session;
import dev.gantry.buildkit.transport.GrpcStreams;
import fsutil.types.Packet;
import fsutil.types.Stat;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A client with files, at the other end of two pipes.
final class SampleClient implements AutoCloseable {
    private static final int PIPE = 256 << 10;

    final Map<String, Entry> files = new TreeMap<>(); // names without what sorts below a slash
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    final List<Packet> instead = new ArrayList<>();

    private final GrpcStreams far;
    private final GrpcStreams near = new GrpcStreams(List.of());
    private final GrpcStreams.Client client;
    private final Thread serving;

    record Entry(int mode, String text, long time) {}

    SampleClient() throws Exception {
        far = new GrpcStreams(List.of(ServerServiceDefinition.builder("moby.filesync.v1.FileSync")
                .addMethod(SyncMethods.DIFF_COPY, ServerCalls.asyncBidiStreamingCall(this::send))
                .build()));
        var toFar = new PipedOutputStream();
        var atFar = new PipedInputStream(toFar, PIPE);
        var toNear = new PipedOutputStream();
        var atNear = new PipedInputStream(toNear, PIPE);
        serving = Thread.ofVirtual().start(() -> {
            try {
                far.serve(atFar, toNear);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        client = near.client(atNear, toFar);
    }

    Session session(String shared) {
        return new Session("id", shared, client.channel());
    }

    void file(String path, String text, long time) {
        files.put(path, new Entry(0644, text, time));
    }

    private StreamObserver<Packet> send(StreamObserver<Packet> out) {
        List<Map.Entry<String, Entry>> all = List.copyOf(files.entrySet());
        if (instead.isEmpty()) {
            for (Map.Entry<String, Entry> e : all) {
                out.onNext(Packet.newBuilder()
                        .setType(Packet.PacketType.PACKET_STAT)
                        .setStat(Stat.newBuilder()
                                .setPath(ByteString.copyFromUtf8(e.getKey()))
                                .setMode(e.getValue().mode())
                                .setModTime(e.getValue().time())
                                .setSize(e.getValue().text().length()))
                        .build());
            }
            out.onNext(
                    Packet.newBuilder().setType(Packet.PacketType.PACKET_STAT).build());
        } else {
            instead.forEach(out::onNext);
        }
        return new StreamObserver<>() {
            @Override
            public void onNext(Packet packet) {
                switch (packet.getType()) {
                    case PACKET_REQ -> {
                        Map.Entry<String, Entry> e = all.get(packet.getID());
                        asked.add(e.getKey());
                        byte[] bytes = e.getValue().text().getBytes(StandardCharsets.UTF_8);
                        for (int at = 0; at < bytes.length; at += 32 << 10) {
                            out.onNext(data(
                                    packet.getID(),
                                    ByteString.copyFrom(bytes, at, Math.min(32 << 10, bytes.length - at))));
                        }
                        out.onNext(data(packet.getID(), ByteString.EMPTY));
                    }
                    case PACKET_FIN -> {
                        out.onNext(packet);
                        out.onCompleted();
                    }
                    default -> {}
                }
            }

            @Override
            public void onError(Throwable t) {}

            @Override
            public void onCompleted() {}
        };
    }

    static Packet data(int id, ByteString bytes) {
        return Packet.newBuilder()
                .setType(Packet.PacketType.PACKET_DATA)
                .setID(id)
                .setData(bytes)
                .build();
    }

    @Override
    public void close() throws Exception {
        client.close();
        serving.join();
        near.close();
        far.close();
    }
}
