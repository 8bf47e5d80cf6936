package dev.gantry.buildkit.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A channel over two streams, which two threads of its own read and write. It reads when it is asked to, and takes no
/// more than [#MOST] bytes that the other side has not taken: how fast either end is, the other one feels.
final class StreamChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final int PIECE = 64 << 10;
    private static final int MOST = 1 << 20;

    private final InputStream in;
    private final OutputStream out;
    private final ChannelConfig config = new LenientConfig(this);
    private final Semaphore reads = new Semaphore(0);

    /// Guards what follows, and is notified of each change.
    private final Object lock = new Object();

    private final Deque<ByteBuf> outgoing = new ArrayDeque<>();
    private int held;
    private boolean stalled;
    private boolean ended;

    private volatile boolean open = true;
    private volatile boolean active;
    private @Nullable Thread reader;
    private @Nullable Thread writer;

    /// @param parent null: it is the client's end
    StreamChannel(@Nullable Channel parent, InputStream in, OutputStream out) {
        super(parent);
        this.in = in;
        this.out = out;
        this.active = parent != null;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
                if (!promise.setUncancellable() || !ensureOpen(promise)) {
                    return;
                }
                active = true;
                begin();
                promise.trySuccess();
                pipeline().fireChannelActive();
            }
        };
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        if (active) {
            begin();
        }
        promise.setSuccess();
    }

    private void begin() {
        reader = Thread.ofVirtual().name("grpc-reader").start(this::readAll);
        writer = Thread.ofVirtual().name("grpc-writer").start(this::writeAll);
    }

    @Override
    protected void doBeginRead() {
        if (reads.availablePermits() == 0) {
            reads.release();
        }
    }

    private void readAll() {
        try {
            while (open) {
                reads.acquire();
                ByteBuf piece = alloc().heapBuffer(PIECE);
                if (!isFilled(piece)) {
                    piece.release();
                    break;
                }
                eventLoop().execute(() -> {
                    pipeline().fireChannelRead(piece);
                    pipeline().fireChannelReadComplete();
                });
            }
        } catch (IOException | InterruptedException | RejectedExecutionException e) {
            // The end of the connection, however it came.
        }
        leave();
    }

    private boolean isFilled(ByteBuf piece) throws IOException {
        try {
            return piece.writeBytes(in, PIECE) > 0;
        } catch (IOException e) {
            piece.release();
            throw e;
        }
    }

    private void writeAll() {
        try {
            while (true) {
                ByteBuf piece = next();
                if (piece == null) {
                    return;
                }
                int length = piece.readableBytes();
                try {
                    piece.readBytes(out, length);
                } finally {
                    piece.release();
                }
                written(length);
            }
        } catch (IOException | InterruptedException e) {
            leave();
        }
    }

    /// Flushes before it waits. Null: there is no more.
    private @Nullable ByteBuf next() throws IOException, InterruptedException {
        synchronized (lock) {
            ByteBuf ready = outgoing.poll();
            if (ready != null) {
                return ready;
            }
        }
        out.flush();
        synchronized (lock) {
            while (outgoing.isEmpty() && !ended) {
                lock.wait();
            }
            return outgoing.poll();
        }
    }

    private void written(int length) {
        boolean resume;
        synchronized (lock) {
            held -= length;
            resume = stalled && held <= MOST / 2;
            stalled &= !resume;
        }
        if (resume) {
            eventLoop().execute(() -> unsafe().flush());
        }
    }

    private void leave() {
        try {
            eventLoop().execute(() -> unsafe().close(voidPromise()));
        } catch (RejectedExecutionException e) {
            doClose(); // the loop is gone, and with it who would read
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer buffer) {
        while (buffer.current() != null) {
            ByteBuf bytes = (ByteBuf) buffer.current();
            synchronized (lock) {
                if (ended) {
                    buffer.remove(new IOException("the connection is closed"));
                    continue;
                }
                if (held > MOST) {
                    stalled = true;
                    return;
                }
                outgoing.add(ReferenceCountUtil.retain(bytes));
                held += bytes.readableBytes();
                lock.notifyAll();
            }
            buffer.remove();
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        throw new UnsupportedOperationException("only bytes are sent");
    }

    /// What was written before is still sent.
    @Override
    protected void doClose() {
        open = false;
        active = false;
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
        Thread reading = reader;
        if (reading != null) {
            reading.interrupt();
        }
    }

    /// Until both directions have ended.
    void await() throws InterruptedException {
        closeFuture().await();
        Thread reading = reader;
        Thread writing = writer;
        if (reading != null) {
            reading.join();
        }
        if (writing != null && !writing.join(java.time.Duration.ofSeconds(10))) {
            writing.interrupt();
            writing.join();
        }
        synchronized (lock) {
            outgoing.forEach(ByteBuf::release);
            outgoing.clear();
        }
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return StreamAddress.HERE;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return StreamAddress.HERE;
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("it is bound to its streams");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
