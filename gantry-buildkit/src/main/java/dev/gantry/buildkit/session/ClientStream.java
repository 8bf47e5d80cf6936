package dev.gantry.buildkit.session;

import com.google.protobuf.ByteString;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A stream of bytes to a client, which waits while the client does not read.
///
/// @param <M> a message with bytes in it
public final class ClientStream<M> extends OutputStream {
    private static final int PIECE = 256 << 10;

    private final ClientCall<M, M> call;
    private final Function<ByteString, M> message;
    private final Consumer<M> heard;
    private final Runnable ended;
    private final byte[] piece = new byte[PIECE];
    private int used;

    /// Guards what follows, and is notified of each change.
    private final Object lock = new Object();

    private @Nullable Status end;

    public ClientStream(ClientCall<M, M> call, Metadata head, Function<ByteString, M> message) {
        this(call, head, message, _ -> {}, () -> {});
    }

    /// @param heard takes what the client sends
    /// @param ended is run when the client has ended
    ClientStream(
            ClientCall<M, M> call, Metadata head, Function<ByteString, M> message, Consumer<M> heard, Runnable ended) {
        this.call = call;
        this.message = message;
        this.heard = heard;
        this.ended = ended;
        call.start(new Listener(), head);
        call.request(1);
    }

    private final class Listener extends ClientCall.Listener<M> {
        @Override
        public void onMessage(M come) {
            heard.accept(come);
            call.request(1);
        }

        @Override
        public void onReady() {
            synchronized (lock) {
                lock.notifyAll();
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            synchronized (lock) {
                end = status;
                lock.notifyAll();
            }
            ended.run();
        }
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int at = from;
        for (int left = length; left > 0; ) {
            int n = Math.min(left, PIECE - used);
            System.arraycopy(bytes, at, piece, used, n);
            used += n;
            at += n;
            left -= n;
            if (used == PIECE) {
                send();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (used > 0) {
            send();
        }
    }

    private void send() throws IOException {
        synchronized (lock) {
            while (end == null && !call.isReady()) {
                await();
            }
            if (end != null) {
                throw new IOException(words(end));
            }
        }
        call.sendMessage(message.apply(ByteString.copyFrom(piece, 0, used)));
        used = 0;
    }

    private void await() throws IOException {
        try {
            lock.wait();
        } catch (InterruptedException e) {
            call.cancel("the build was cancelled", e);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the build was cancelled");
        }
    }

    private static String words(Status status) {
        return status.getDescription() == null ? status.getCode().toString() : status.getDescription();
    }

    /// The client has all of it when this returns.
    @Override
    public void close() throws IOException {
        if (used > 0) {
            send();
        }
        call.halfClose();
        synchronized (lock) {
            while (end == null) {
                await();
            }
            if (!end.isOk()) {
                throw new IOException(words(end));
            }
        }
    }

    /// Lets the client know that what it has is not all.
    public void abort(String why) {
        call.cancel(why, null);
    }
}
