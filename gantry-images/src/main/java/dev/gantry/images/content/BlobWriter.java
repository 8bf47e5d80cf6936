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

    /// The digest of all that was written. Nothing is written any more.
    Digest sha256();

    /// Makes the blob visible under [#sha256], without a sync: it is durable after the next [ContentStore#settle], and
    /// gone when the store is opened again before.
    Blob keep();

    void discard();

    @Override
    void close();
}
