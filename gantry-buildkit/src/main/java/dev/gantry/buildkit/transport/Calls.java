package dev.gantry.buildkit.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Calls as plain blocking code, each on a thread of its own that is interrupted when the caller leaves.
public final class Calls {
    private Calls() {}

    /// Answers one request with one response.
    @FunctionalInterface
    public interface Unary<Q, A> {
        A answer(Metadata head, Q request) throws InterruptedException;
    }

    /// Answers one request with any number of responses.
    @FunctionalInterface
    public interface Streaming<Q, A> {
        void answer(Metadata head, Q request, Sink<A> sink) throws InterruptedException;
    }

    /// Takes responses; waits while the caller does not read them.
    @FunctionalInterface
    public interface Sink<A> {
        void send(A response) throws InterruptedException;
    }

    public static <Q, A> ServerCallHandler<Q, A> unary(
            Unary<Q, A> unary, Function<Throwable, StatusRuntimeException> failures) {
        return streaming((head, request, sink) -> sink.send(unary.answer(head, request)), failures);
    }

    public static <Q, A> ServerCallHandler<Q, A> streaming(
            Streaming<Q, A> streaming, Function<Throwable, StatusRuntimeException> failures) {
        return (call, head) -> {
            call.request(2); // a second one would be a fault, which is noticed then
            return new Running<>(call, head, streaming, failures);
        };
    }

    private static final class Running<Q, A> extends ServerCall.Listener<Q> {
        private final ServerCall<Q, A> call;
        private final Metadata head;
        private final Streaming<Q, A> streaming;
        private final Function<Throwable, StatusRuntimeException> failures;

        /// Guards what follows, and is notified when the caller can take more, or has left.
        private final Object lock = new Object();

        private @Nullable Q request;
        private @Nullable Thread thread;
        private boolean left;

        Running(
                ServerCall<Q, A> call,
                Metadata head,
                Streaming<Q, A> streaming,
                Function<Throwable, StatusRuntimeException> failures) {
            this.call = call;
            this.head = head;
            this.streaming = streaming;
            this.failures = failures;
        }

        @Override
        public void onMessage(Q message) {
            request = message;
        }

        @Override
        public void onHalfClose() {
            Q asked = request;
            if (asked == null) {
                call.close(Status.INVALID_ARGUMENT.withDescription("there is no request"), new Metadata());
                return;
            }
            synchronized (lock) {
                if (!left) {
                    thread = Thread.ofVirtual()
                            .name(call.getMethodDescriptor().getFullMethodName())
                            .start(() -> run(asked));
                }
            }
        }

        private void run(Q asked) {
            try {
                call.sendHeaders(new Metadata());
                streaming.answer(head, asked, this::send);
                close(Status.OK, new Metadata());
            } catch (CancellationException _) {
                close(Status.CANCELLED, new Metadata());
            } catch (Throwable e) {
                StatusRuntimeException failure = failures.apply(e);
                Metadata trailers = failure.getTrailers();
                close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
            } finally {
                synchronized (lock) {
                    thread = null;
                }
            }
        }

        private void close(Status status, Metadata trailers) {
            synchronized (lock) {
                if (!left) {
                    call.close(status, trailers);
                }
            }
        }

        private void send(A response) throws InterruptedException {
            synchronized (lock) {
                while (!call.isReady() && !left) {
                    lock.wait();
                }
                if (left) {
                    throw new CancellationException("the caller has left");
                }
                call.sendMessage(response);
            }
        }

        @Override
        public void onReady() {
            synchronized (lock) {
                lock.notifyAll();
            }
        }

        @Override
        public void onCancel() {
            synchronized (lock) {
                left = true;
                lock.notifyAll();
                if (thread != null) {
                    thread.interrupt();
                }
            }
        }
    }
}
