package dev.gantry.csi;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Calls one plugin over its Unix socket. A call ends at its deadline whatever the plugin does. While nobody listens,
/// or
/// the plugin works on the same volume already, the call is made again: all calls of CSI may be repeated. Requests
/// are never shown, for they carry secrets.
final class CsiClient implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int LARGEST_ANSWER = 4 << 20;
    private static final int SHOWN = 300;

    private final String name;
    private final Duration patience;
    private final MultiThreadIoEventLoopGroup loop;
    private final ExecutorService callbacks;
    private final ManagedChannel channel;

    /// @param patience how long a plugin that does not listen is waited for
    CsiClient(String name, Path socket, Duration patience) {
        this.name = name;
        this.patience = patience;
        loop = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().name("csi-" + name).daemon().factory(), NioIoHandler.newFactory());
        callbacks = Executors.newVirtualThreadPerTaskExecutor();
        channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .overrideAuthority("localhost")
                .usePlaintext()
                .eventLoopGroup(loop)
                .channelType(NioDomainSocketChannel.class)
                .executor(callbacks)
                .maxInboundMessageSize(LARGEST_ANSWER)
                .build();
    }

    /// `what` is what the user asked for. The kind of the error is that of the status of gRPC.
    <Q, A> A call(String what, MethodDescriptor<Q, A> method, Q request, Duration timeout) {
        String doing = what + " with " + name;
        long start = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            Duration spent = Duration.ofNanos(System.nanoTime() - start);
            try {
                CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(
                        Math.max(1, timeout.minus(spent).toMillis()), TimeUnit.MILLISECONDS);
                return ClientCalls.blockingUnaryCall(channel, method, options, request);
            } catch (StatusRuntimeException e) {
                Status.Code code = e.getStatus().getCode();
                Duration limit = code == Status.Code.ABORTED ? timeout : min(timeout, patience);
                boolean again = code == Status.Code.UNAVAILABLE || code == Status.Code.ABORTED;
                if (!again || spent.plus(pause).compareTo(limit) >= 0) {
                    throw error(doing, method.getBareMethodName(), e, timeout);
                }
                channel.resetConnectBackoff();
                sleep(doing, pause);
                pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
            }
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static void sleep(String doing, Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(doing, "the thread was interrupted", "ask again", e);
        }
    }

    private static GantryException error(String doing, String method, StatusRuntimeException e, Duration timeout) {
        Status status = e.getStatus();
        String why = method + ": " + status.getCode() + ": " + shown(status.getDescription());
        return switch (status.getCode()) {
            case NOT_FOUND -> new NotFound(doing, why, "see what the plugin has", e);
            case ALREADY_EXISTS, FAILED_PRECONDITION, RESOURCE_EXHAUSTED ->
                new Conflict(doing, why, "see the log of the plugin", e);
            case INVALID_ARGUMENT, OUT_OF_RANGE -> new InvalidArgument(doing, why, "correct the options", e);
            case UNIMPLEMENTED -> new Unsupported(doing, why, "use a plugin that can do it", e);
            case PERMISSION_DENIED, UNAUTHENTICATED -> new Forbidden(doing, why, "correct its secrets", e);
            case DEADLINE_EXCEEDED ->
                new Unavailable(
                        doing,
                        "it did not answer " + method + " within " + timeout.toSeconds() + " s",
                        "see the log of the plugin",
                        e);
            case UNAVAILABLE, ABORTED, CANCELLED -> new Unavailable(doing, why, "see whether the plugin runs", e);
            case OK, UNKNOWN, INTERNAL, DATA_LOSS -> new Internal(doing, why, "see the log of the plugin", e);
        };
    }

    /// A foreign text as it may stand in our messages: one line, not too long.
    static String shown(@org.jspecify.annotations.Nullable String text) {
        if (text == null) {
            return "no words";
        }
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        callbacks.shutdown();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
