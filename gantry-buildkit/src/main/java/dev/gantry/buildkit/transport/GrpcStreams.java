package dev.gantry.buildkit.transport;

import dev.gantry.base.Unavailable;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// gRPC over streams. One thread moves the bytes of all of them, and each call has virtual threads.
public final class GrpcStreams implements AutoCloseable {
    /// As much of a message as BuildKit takes.
    private static final int LARGEST_MESSAGE = 16 << 20;

    private static final int LARGEST_HEAD = 1 << 20;

    /// So much of a call comes unasked.
    private static final int WINDOW = 2 << 20;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().name("buildkit").daemon().factory(), LocalIoHandler.newFactory());
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final StreamServer door = new StreamServer();
    private final Server server;

    public GrpcStreams(List<ServerServiceDefinition> services) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(StreamAddress.HERE)
                .channelFactory(() -> door)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .executor(calls)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEAD)
                .flowControlWindow(WINDOW)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        services.forEach(builder::addService);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new Unavailable("open BuildKit's door", String.valueOf(e.getMessage()), "start the engine again", e);
        }
    }

    /// Answers the calls that come, until either side ends the connection.
    public void serve(InputStream in, OutputStream out) throws InterruptedException {
        var channel = new StreamChannel(door, in, out);
        door.take(channel);
        try {
            channel.await();
        } finally {
            channel.close();
        }
    }

    /// The other end is the server of this connection.
    public Client client(InputStream in, OutputStream out) {
        return new Client(new StreamChannel(null, in, out));
    }

    /// One connection; it is not made again.
    public final class Client implements AutoCloseable {
        private final StreamChannel stream;
        private final ManagedChannel channel;

        private Client(StreamChannel stream) {
            this.stream = stream;
            this.channel = NettyChannelBuilder.forAddress(StreamAddress.HERE)
                    .overrideAuthority("localhost")
                    .usePlaintext()
                    .eventLoopGroup(loop)
                    .channelFactory(() -> stream)
                    .executor(calls)
                    .maxInboundMessageSize(LARGEST_MESSAGE)
                    .maxInboundMetadataSize(LARGEST_HEAD)
                    .flowControlWindow(WINDOW)
                    .idleTimeout(Long.MAX_VALUE, TimeUnit.NANOSECONDS)
                    .disableRetry()
                    .build();
            channel.getState(true);
        }

        public ManagedChannel channel() {
            return channel;
        }

        /// Until either side ends the connection.
        public void await() throws InterruptedException {
            stream.await();
        }

        @Override
        public void close() {
            channel.shutdownNow();
            stream.close();
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        calls.shutdownNow();
    }
}
