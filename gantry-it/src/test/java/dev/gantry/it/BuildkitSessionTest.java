package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.buildkit.transport.GrpcStreams;
import fsutil.types.Packet;
import fsutil.types.Stat;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moby.buildkit.v1.Exporter;
import moby.buildkit.v1.SolveRequest;
import moby.buildkit.v1.SolveResponse;
import moby.buildkit.v1.StatusRequest;
import moby.buildkit.v1.StatusResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A whole session of BuildKit from the client's side: its connections, its files, a build, and how it goes.
@Tag("kernel")
@Timeout(180)
class BuildkitSessionTest {
    private static final MethodDescriptor<SolveRequest, SolveResponse> SOLVE = method(
            MethodType.UNARY,
            "moby.buildkit.v1.Control/Solve",
            SolveRequest.getDefaultInstance(),
            SolveResponse.getDefaultInstance());
    private static final MethodDescriptor<StatusRequest, StatusResponse> STATUS = method(
            MethodType.SERVER_STREAMING,
            "moby.buildkit.v1.Control/Status",
            StatusRequest.getDefaultInstance(),
            StatusResponse.getDefaultInstance());
    private static final MethodDescriptor<Packet, Packet> DIFF_COPY = method(
            MethodType.BIDI_STREAMING,
            "moby.filesync.v1.FileSync/DiffCopy",
            Packet.getDefaultInstance(),
            Packet.getDefaultInstance());

    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            MethodType type, String name, Q request, A response) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(name)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .build();
    }

    /// A client with files, whose connections are upgraded.
    private static final class Client implements AutoCloseable {
        private final Map<String, String> files = new TreeMap<>();
        private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
        private final GrpcStreams answering;
        private final GrpcStreams asking = new GrpcStreams(List.of());
        private final SocketChannel session;
        private final SocketChannel control;
        private final GrpcStreams.Client calls;
        private final Thread serving;

        Client(String id) throws IOException {
            answering = new GrpcStreams(List.of(ServerServiceDefinition.builder("moby.filesync.v1.FileSync")
                    .addMethod(DIFF_COPY, ServerCalls.asyncBidiStreamingCall(this::send))
                    .build()));
            session = upgraded("/session", "X-Docker-Expose-Session-Uuid: " + id + "\r\n");
            serving = Thread.ofVirtual().start(() -> {
                try {
                    answering.serve(Channels.newInputStream(session), Channels.newOutputStream(session));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            control = upgraded("/grpc", "");
            calls = asking.client(Channels.newInputStream(control), Channels.newOutputStream(control));
        }

        private static SocketChannel upgraded(String path, String head) throws IOException {
            SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("s")));
            OutputStream out = Channels.newOutputStream(socket);
            out.write(("POST " + path + " HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n" + head
                            + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = Channels.newInputStream(socket);
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("\r\n\r\n") < 0) {
                answer.append((char) in.read());
            }
            assertThat(answer.toString()).startsWith("HTTP/1.1 101 ").contains("Upgrade: h2c");
            return socket;
        }

        private StreamObserver<Packet> send(StreamObserver<Packet> out) {
            List<String> names = List.copyOf(files.keySet());
            for (String name : names) {
                out.onNext(Packet.newBuilder()
                        .setType(Packet.PacketType.PACKET_STAT)
                        .setStat(Stat.newBuilder()
                                .setPath(ByteString.copyFromUtf8(name))
                                .setMode(0644)
                                .setSize(files.getOrDefault(name, "").length()))
                        .build());
            }
            out.onNext(
                    Packet.newBuilder().setType(Packet.PacketType.PACKET_STAT).build());
            return new StreamObserver<>() {
                @Override
                public void onNext(Packet packet) {
                    if (packet.getType() == Packet.PacketType.PACKET_REQ) {
                        String name = names.get(packet.getID());
                        sent.add(name);
                        out.onNext(data(packet.getID(), files.getOrDefault(name, "")));
                        out.onNext(data(packet.getID(), ""));
                    } else if (packet.getType() == Packet.PacketType.PACKET_FIN) {
                        out.onNext(packet);
                        out.onCompleted();
                    }
                }

                @Override
                public void onError(Throwable t) {}

                @Override
                public void onCompleted() {}
            };
        }

        private static Packet data(int id, String text) {
            return Packet.newBuilder()
                    .setType(Packet.PacketType.PACKET_DATA)
                    .setID(id)
                    .setData(ByteString.copyFromUtf8(text))
                    .build();
        }

        Map<String, String> solve(String ref, String session, String name) {
            return ClientCalls.blockingUnaryCall(
                            calls.channel(),
                            SOLVE,
                            CallOptions.DEFAULT,
                            SolveRequest.newBuilder()
                                    .setRef(ref)
                                    .setSession(session)
                                    .setFrontend("dockerfile.v0")
                                    .addExporters(Exporter.newBuilder()
                                            .setType("moby")
                                            .putAttrs("name", name))
                                    .build())
                    .getExporterResponseMap();
        }

        List<StatusResponse> status(String ref) {
            List<StatusResponse> all = new ArrayList<>();
            Iterator<StatusResponse> responses = ClientCalls.blockingServerStreamingCall(
                    calls.channel(),
                    STATUS,
                    CallOptions.DEFAULT,
                    StatusRequest.newBuilder().setRef(ref).build());
            responses.forEachRemaining(all::add);
            return all;
        }

        @Override
        public void close() throws IOException {
            calls.close();
            control.close();
            session.close();
            serving.interrupt();
            asking.close();
            answering.close();
        }
    }

    @Test
    void aClientThatIsAskedForItsFilesGetsItsImage() throws IOException {
        try (var client = new Client("session-1")) {
            client.files.put("Dockerfile", "FROM busybox:it\nRUN echo heard\nCOPY file /file\n");
            client.files.put("file", "text of the file");
            Map<String, String> answer = client.solve("build-1", "session-1", "session:1");
            assertThat(answer).containsEntry("image.name", "docker.io/library/session:1");
            assertThat(answer.get("containerimage.digest"))
                    .isEqualTo(stock.out("images", "-q", "--no-trunc", "session:1"));
            assertThat(stock.out("run", "--rm", "session:1", "cat", "/file")).isEqualTo("text of the file");
            assertThat(client.sent).contains("Dockerfile", "file");

            List<StatusResponse> told = client.status("build-1");
            assertThat(told.stream().flatMap(s -> s.getVertexesList().stream())).anySatisfy(v -> {
                assertThat(v.getName()).isEqualTo("[2/3] RUN echo heard");
                assertThat(v.hasCompleted()).isTrue();
                assertThat(v.getError()).isEmpty();
            });
            assertThat(told.stream().flatMap(s -> s.getLogsList().stream()))
                    .anySatisfy(log -> assertThat(log.getMsg().toStringUtf8()).isEqualTo("heard\n"));
        }
    }

    @Test
    void aBuildThatFailsSaysWhatAndWhere() throws IOException {
        try (var client = new Client("session-2")) {
            client.files.put("Dockerfile", "FROM busybox:it\nRUN exit 3\n");
            assertThatThrownBy(() -> client.solve("build-2", "session-2", ""))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                        assertThat(e.getStatus().getDescription())
                                .isEqualTo("process \"/bin/sh -c exit 3\" did not complete successfully: exit code: 3");
                        assertThat(io.grpc.protobuf.StatusProto.fromThrowable(e).getDetailsList())
                                .extracting(d -> d.getTypeUrl())
                                .contains(
                                        "github.com/moby/buildkit/errdefs.Source+json",
                                        "github.com/moby/buildkit/errdefs.Vertex+json");
                    });
        }
    }
}
