package dev.gantry.buildkit.session;

import dev.gantry.base.Unavailable;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// One client, as long as it is there.
///
/// @param sharedKey how it calls the place that it builds in; empty: it does not say
public record Session(String id, String sharedKey, Channel channel) {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /// A call in both directions.
    public <Q, A> ClientCall<Q, A> call(MethodDescriptor<Q, A> method) {
        return channel.newCall(method, CallOptions.DEFAULT);
    }

    /// Empty when the client has no such thing.
    public <Q, A> Optional<A> ask(String what, MethodDescriptor<Q, A> method, Q request) {
        try {
            return Optional.of(ClientCalls.blockingUnaryCall(
                    channel,
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS),
                    request));
        } catch (StatusRuntimeException e) {
            Status.Code code = e.getStatus().getCode();
            if (code == Status.Code.UNIMPLEMENTED || code == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            String words = e.getStatus().getDescription();
            throw new Unavailable(what, words == null ? code.toString() : words, "build again", e);
        }
    }
}
