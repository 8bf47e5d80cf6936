package dev.gantry.engine.container;

import java.nio.ByteBuffer;

/// The streams of one container or exec, held by one client. One thread may read while another writes.
public interface Attachment extends AutoCloseable {
    /// With a terminal there is only [Chunk.Out].
    boolean tty();

    /// Waits for the next bytes; after [Chunk.End] always the same end.
    Chunk read();

    /// Waits until all bytes are taken. False when the input is closed: the bytes are of no use to anybody.
    boolean write(ByteBuffer bytes);

    /// Half-close: the container reads its end of file once it has read all that was written.
    void closeInput();

    /// Lets go. The container is not disturbed, except that its input closes when it is an stdinOnce one. A reader
    /// waiting
    /// elsewhere sees the end.
    @Override
    void close();

    sealed interface Chunk {
        record Out(ByteBuffer bytes) implements Chunk {}

        record Err(ByteBuffer bytes) implements Chunk {}

        record End(Reason reason, String words) implements Chunk {}
    }

    enum Reason {
        /// All was sent: the container ended.
        DONE,
        /// This attacher was too slow.
        TOO_SLOW,
        /// What was to be replayed has been rotated away.
        GONE,
        /// Closed from this side, or the supervisor was lost.
        DETACHED
    }
}
