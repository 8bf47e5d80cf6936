package dev.gantry.engine.container;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// The streams of one container or exec, held by one client. One thread pumps what comes out; another may write in.
/// Somebody must be in [#pump] while input is written: it is there that the container says how much it takes.
public interface Attachment extends AutoCloseable {
    /// With a terminal there is only standard output.
    boolean tty();

    /// False when input was not asked for, or the container has none, or another attachment holds it.
    boolean hasStdin();

    /// Hands everything to `sink` until the end, and says why it ended. What the sink throws ends the pump and is
    /// thrown on.
    End pump(Sink sink) throws IOException;

    /// Writing waits until the container takes the bytes; an IOException says that its input is closed. Closing is a
    /// half-close: the container reads its end of file once it has read all that was written.
    OutputStream stdin();

    /// Asks for the end: the pump returns with `DETACHED` after what is on its way.
    void detach();

    /// Lets go at once. The container is not disturbed, except that its input closes when it is an stdinOnce one.
    @Override
    void close();

    /// Takes what the container writes. A buffer is valid during the call only.
    interface Sink {
        void out(ByteBuffer bytes) throws IOException;

        void err(ByteBuffer bytes) throws IOException;
    }

    record End(Reason reason, String words) {}

    enum Reason {
        /// All was sent: the container ended.
        DONE,
        /// This attacher was too slow and has lost bytes.
        TOO_SLOW,
        /// What was to be replayed has been rotated away.
        GONE,
        /// As asked.
        DETACHED,
        /// The supervisor was lost.
        LOST
    }
}
