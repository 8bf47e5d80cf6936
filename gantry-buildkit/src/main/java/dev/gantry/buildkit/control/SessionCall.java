package dev.gantry.buildkit.control;

import com.google.protobuf.ByteString;
import dev.gantry.buildkit.session.Sessions;
import dev.gantry.buildkit.transport.GrpcStreams;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import moby.buildkit.v1.BytesMessage;

/// A session within a call, for clients that share one among several builds: each message is a piece of its connection.
final class SessionCall extends ServerCall.Listener<BytesMessage> {
    private static final int AHEAD = 16;

    private final ServerCall<BytesMessage, BytesMessage> call;

    /// Guards what follows, and is notified of each change.
    private final Object lock = new Object();

    private final Deque<ByteString> come = new ArrayDeque<>();
    private boolean ended;
    private boolean left;

    private SessionCall(ServerCall<BytesMessage, BytesMessage> call) {
        this.call = call;
    }

    static SessionCall begin(
            ServerCall<BytesMessage, BytesMessage> call, Metadata head, Sessions sessions, Supplier<GrpcStreams> grpc) {
        var session = new SessionCall(call);
        call.sendHeaders(new Metadata());
        call.request(AHEAD);
        String id = text(head, "x-docker-expose-session-uuid");
        String shared = text(head, "x-docker-expose-session-sharedkey");
        Thread.ofVirtual().name("session").start(() -> session.hold(sessions, grpc, id, shared));
        return session;
    }

    private static String text(Metadata head, String name) {
        String value = head.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        return value == null ? "" : value;
    }

    private void hold(Sessions sessions, Supplier<GrpcStreams> grpc, String id, String shared) {
        Status status = Status.OK;
        try {
            sessions.hold(grpc.get(), id, shared, new In(), new Out());
        } catch (InterruptedException e) {
            status = Status.CANCELLED;
        } catch (Throwable e) {
            status = Failures.of(e).getStatus();
        }
        synchronized (lock) {
            if (!left) {
                left = true;
                call.close(status, new Metadata());
            }
        }
    }

    private final class In extends InputStream {
        private ByteString now = ByteString.EMPTY;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            while (now.isEmpty()) {
                synchronized (lock) {
                    while (come.isEmpty() && !ended) {
                        await();
                    }
                    if (come.isEmpty()) {
                        return -1;
                    }
                    now = come.remove();
                }
                call.request(1);
            }
            int n = Math.min(length, now.size());
            now.substring(0, n).copyTo(into, from);
            now = now.substring(n);
            return n;
        }
    }

    private final class Out extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            synchronized (lock) {
                while (!call.isReady() && !left) {
                    await();
                }
                if (left) {
                    throw new IOException("the client has left");
                }
                call.sendMessage(BytesMessage.newBuilder()
                        .setData(ByteString.copyFrom(bytes, from, length))
                        .build());
            }
        }
    }

    private void await() throws IOException {
        try {
            lock.wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the session has ended");
        }
    }

    @Override
    public void onMessage(BytesMessage message) {
        synchronized (lock) {
            come.add(message.getData());
            lock.notifyAll();
        }
    }

    @Override
    public void onHalfClose() {
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
    }

    @Override
    public void onCancel() {
        synchronized (lock) {
            ended = true;
            left = true;
            lock.notifyAll();
        }
    }

    @Override
    public void onReady() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }
}
