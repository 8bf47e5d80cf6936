package dev.gantry.runtime.watch;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// The log file's own bytes from a position on, then as they are written, across rotations: no gap and no duplicate. A
/// slow follower is not cut unless the log rotates its place away.
public final class Follower implements AutoCloseable {
    /// Takes a piece of the log; it may begin and end within a record. The buffer is valid during the call only.
    @FunctionalInterface
    public interface Sink {
        void records(LogPosition at, ByteBuffer bytes) throws IOException;
    }

    private final FrameChannel channel;

    private Follower(FrameChannel channel) {
        this.channel = channel;
    }

    static Follower open(Path dir, LogPosition position) {
        byte[] request = Payload.of(16)
                .putLong(position.generation())
                .putLong(position.offset())
                .array();
        try {
            FrameChannel channel = FrameChannel.connect(dir.resolve("s"));
            try {
                Watch.greet(channel);
                channel.send(FrameChannel.frame(Frame.FOLLOW, request));
                channel.expectBulk();
                return new Follower(channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw Watch.gone("follow the log of " + dir, e);
        }
    }

    /// Hands everything to `sink` until the end, and says why it ended. A `LOST` end is a watch that died: the rest, if
    /// any, is in the file.
    public StreamEnd pump(Sink sink) throws IOException {
        while (true) {
            ByteBuffer in;
            try {
                in = channel.next();
            } catch (IOException e) {
                return new StreamEnd(StreamEnd.Reason.LOST, String.valueOf(e.getMessage()));
            }
            switch (channel.type()) {
                case Frame.RECORDS -> sink.records(new LogPosition(in.getLong(), in.getLong()), in.slice());
                case Frame.END -> {
                    return new StreamEnd(StreamEnd.Reason.ofWire(in.getInt()), Payload.string(in));
                }
                case Frame.ERROR -> throw refused(in);
                default -> throw new IOException("frame type " + channel.type() + " is not for a follower");
            }
        }
    }

    private static Internal refused(ByteBuffer answer) throws IOException {
        int errno = answer.getInt();
        return new Internal(
                "follow the log", Payload.string(answer) + " (errno " + errno + ")", "begin at its first generation");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // Nothing depends on it.
        }
    }
}
