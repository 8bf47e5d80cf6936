package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.Unavailable;
import dev.gantry.images.content.BlobWriter;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.content.IngestName;
import java.nio.ByteBuffer;

/// Small documents into the store, and one transfer per digest at a time.
final class Blobs {
    private final ContentStore content;
    private final KeyedLocks<Digest> locks = new KeyedLocks<>();

    Blobs(ContentStore content) {
        this.content = content;
    }

    ContentStore content() {
        return content;
    }

    /// Returns when the store has the document.
    void put(Digest digest, byte[] bytes) {
        unlessThere(digest, () -> {
            IngestName ingest = IngestName.of("document", digest);
            try (BlobWriter leftover = content.write(ingest)) {
                leftover.discard();
            }
            try (BlobWriter writer = content.write(ingest)) {
                writer.write(ByteBuffer.wrap(bytes));
                writer.commit(digest, bytes.length);
            }
        });
    }

    /// Runs `transfer` unless the store has the blob; a second caller waits for the first. Whether it
    /// ran.
    boolean unlessThere(Digest digest, Runnable transfer) {
        boolean[] ran = {false};
        try {
            locks.with(digest, () -> {
                if (content.find(digest).isEmpty()) {
                    transfer.run();
                    ran[0] = true;
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("store blob " + digest, "the thread was interrupted", "ask again", e);
        }
        return ran[0];
    }
}
