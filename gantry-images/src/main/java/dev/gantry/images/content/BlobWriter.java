package dev.gantry.images.content;

import dev.gantry.base.Digest;
import java.nio.ByteBuffer;

/// One transfer. Closing without `commit` keeps what was written for a later resume; `discard` forgets it.
public interface BlobWriter extends AutoCloseable {
    /// How many bytes are there already; the next `write` appends.
    long offset();

    void write(ByteBuffer bytes);

    /// Verifies size (negative: unknown) and digest, syncs, and makes the blob visible. On a mismatch the
    /// transfer is discarded and [dev.gantry.base.InvalidArgument] thrown. Committing what the store has is
    /// not an error.
    Blob commit(Digest expected, long size);

    void discard();

    @Override
    void close();
}
