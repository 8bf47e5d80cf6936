package dev.gantry.images.content;

import dev.gantry.base.Digest;
import java.util.List;
import java.util.Optional;

/// Immutable bytes by digest. A blob becomes visible when its writer's `commit` returns, never earlier.
public interface ContentStore {
    Optional<Blob> find(Digest digest);

    /// A reader from the first byte; [dev.gantry.base.NotFound] if absent.
    BlobReader open(Digest digest);

    /// The same ingest name resumes where it stopped, also after a crash. One writer per name at a time; a
    /// second gets [dev.gantry.base.Conflict].
    BlobWriter write(IngestName ingest);

    /// Makes durable what was only kept so far.
    void settle();

    /// Forgets a transfer by its name, without reading what it has. Forgetting what is absent is not an error;
    /// one that is being written is [dev.gantry.base.Conflict].
    void discard(IngestName ingest);

    /// Deleting what is absent is not an error.
    void delete(Digest digest);

    List<Blob> list();

    /// Transfers that were begun and neither committed nor discarded, running ones included or not.
    List<IngestName> ingests();
}
