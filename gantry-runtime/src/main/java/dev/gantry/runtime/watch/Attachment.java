package dev.gantry.runtime.watch;

import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A container's streams, live. Somebody must be in [#pump] while standard input is written: it is there that credit
/// arrives.
public final class Attachment implements AutoCloseable {
    /// Takes what the container writes. The buffer is valid during the call only; an exception ends the pump.
    public interface Sink {
        void out(ByteBuffer bytes) throws IOException;

        void err(ByteBuffer bytes) throws IOException;
    }

    private final FrameChannel channel;
    private final boolean ownsStdin;

    /// Guards the fields below.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private int credit;
    private boolean ended;

    private Attachment(FrameChannel channel, int credit) {
        this.channel = channel;
        this.credit = credit;
        this.ownsStdin = credit > 0;
    }

    static Attachment open(Path dir, AttachOptions options) {
        LogPosition from = options.replayFrom().orElse(LogPosition.START);
        ByteBuffer request = Payload.of(24)
                .putInt(options.flags())
                .putInt(options.queueBytes())
                .putLong(from.generation())
                .putLong(from.offset());
        try {
            FrameChannel channel = FrameChannel.connect(dir.resolve("s"));
            try {
                Watch.greet(channel);
                channel.send(FrameChannel.frame(Frame.ATTACH, request.array()));
                ByteBuffer answer = channel.next();
                return switch (channel.type()) {
                    case Frame.ATTACHED -> {
                        channel.expectBulk();
                        yield new Attachment(channel, answer.getInt());
                    }
                    case Frame.ERROR -> throw refused(dir, answer);
                    default -> throw new IOException("frame type " + channel.type() + " instead of ATTACHED");
                };
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw Watch.gone("attach to the container of " + dir, e);
        }
    }

    private static Internal refused(Path dir, ByteBuffer answer) throws IOException {
        int errno = answer.getInt();
        return new Internal(
                "attach to the container of " + dir, Payload.string(answer) + " (errno " + errno + ")", "report this");
    }

    /// False when standard input was not asked for, is taken by another attachment, or is closed.
    public boolean ownsStdin() {
        return ownsStdin;
    }

    /// Hands everything to `sink` until the end, and says why it ended. For one thread.
    public StreamEnd pump(Sink sink) throws IOException {
        try {
            while (true) {
                ByteBuffer in = nextFrame();
                switch (channel.type()) {
                    case Frame.OUT -> sink.out(in);
                    case Frame.ERR -> sink.err(in);
                    case Frame.CREDIT -> grant(in.getInt());
                    case Frame.OK -> {} // of DETACH
                    case Frame.END -> {
                        return new StreamEnd(StreamEnd.Reason.ofWire(in.getInt()), Payload.string(in));
                    }
                    default -> throw new IOException("frame type " + channel.type() + " is not for an attachment");
                }
            }
        } catch (Broken e) {
            return new StreamEnd(StreamEnd.Reason.LOST, String.valueOf(e.getMessage()));
        } finally {
            end();
        }
    }

    /// The connection's failure, apart from the sink's.
    private static final class Broken extends IOException {
        Broken(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private ByteBuffer nextFrame() throws Broken {
        try {
            return channel.next();
        } catch (IOException e) {
            throw new Broken(e);
        }
    }

    private void grant(int more) {
        lock.lock();
        try {
            credit += more;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Standard input. Writing waits for credit, that is for the container to read; closing it is the end of the input,
    /// once its bytes were read.
    public OutputStream stdin() {
        return new Stdin();
    }

    private final class Stdin extends OutputStream {
        private boolean closed;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int at = offset;
            int left = length;
            while (left > 0) {
                int n = takeCredit(left);
                channel.send(FrameChannel.frame(Frame.STDIN, bytes, at, n));
                at += n;
                left -= n;
            }
        }

        private int takeCredit(int wanted) throws IOException {
            lock.lock();
            try {
                while (credit == 0 && !ended && !closed) {
                    changed.await();
                }
                if (ended || closed) {
                    throw new IOException("the container's input is closed");
                }
                int n = Math.min(wanted, credit);
                credit -= n;
                return n;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the container did not read its input", e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (closed || ended) {
                    return;
                }
                closed = true;
            } finally {
                lock.unlock();
            }
            try {
                channel.send(FrameChannel.frame(Frame.STDIN_EOF, new byte[0]));
            } catch (IOException e) {
                // The watch has left, and the input ended with the container: only that is not told yet.
            }
        }
    }

    /// Asks for the end; the pump then returns with `DETACHED`. What was sent before still arrives.
    public void detach() {
        try {
            channel.send(FrameChannel.frame(Frame.DETACH, new byte[0]));
        } catch (IOException e) {
            throw new Unavailable("detach", String.valueOf(e.getMessage()), "nothing: the connection has ended", e);
        }
    }

    /// Ends the connection at once.
    @Override
    public void close() {
        end();
        try {
            channel.close();
        } catch (IOException _) {
            // Nothing depends on it.
        }
    }
}
