package dev.gantry.buildkit.session;

import com.google.protobuf.ByteString;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A stream of bytes from a client, which sends no faster than it is read.
///
/// @param <M> a message with bytes in it
public final class ClientBytes<M> extends InputStream {
    private static final int AHEAD = 16;

    private final ClientCall<M, M> call;
    private final Function<M, ByteString> bytes;

    /// Guards what follows, and is notified of each change.
    private final Object lock = new Object();

    private final Deque<ByteString> come = new ArrayDeque<>();
    private @Nullable Status end;

    private ByteString now = ByteString.EMPTY;

    public ClientBytes(ClientCall<M, M> call, Metadata head, Function<M, ByteString> bytes) {
        this.call = call;
        this.bytes = bytes;
        call.start(new Listener(), head);
        call.request(AHEAD);
        call.halfClose();
    }

    private final class Listener extends ClientCall.Listener<M> {
        @Override
        public void onMessage(M message) {
            synchronized (lock) {
                come.add(bytes.apply(message));
                lock.notifyAll();
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            synchronized (lock) {
                end = status;
                lock.notifyAll();
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (now.isEmpty()) {
            ByteString next = next();
            if (next == null) {
                return -1;
            }
            now = next;
        }
        int n = Math.min(length, now.size());
        now.substring(0, n).copyTo(into, from);
        now = now.substring(n);
        return n;
    }

    private @Nullable ByteString next() throws IOException {
        synchronized (lock) {
            while (come.isEmpty() && end == null) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("the build was cancelled");
                }
            }
            ByteString next = come.poll();
            Status status = end;
            if (next == null && status != null && !status.isOk()) {
                throw new IOException(status.getDescription() == null ? "it has left" : status.getDescription());
            }
            if (next != null) {
                call.request(1);
            }
            return next;
        }
    }

    @Override
    public void close() {
        call.cancel("no more is wanted", null);
    }
}
