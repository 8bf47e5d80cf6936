package dev.gantry.images.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Digest;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.BlobWriter;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.content.InMemoryContentStore;
import dev.gantry.images.content.IngestName;
import dev.gantry.images.gc.Marks;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.images.testing.TestImage;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private final InMemoryContentStore content = new InMemoryContentStore();
    private final TestImage first = TestImage.on("amd64", "one");
    private final TestImage second = TestImage.on("arm64", "two");

    private void store(Map<Digest, byte[]> blobs) {
        blobs.forEach((digest, bytes) -> {
            try (BlobWriter writer = content.write(IngestName.of("test", digest))) {
                writer.write(ByteBuffer.wrap(bytes));
                writer.commit(digest, bytes.length);
            }
        });
    }

    @Test
    void whatWasReadBeforeAPlatformCameIsNotKeptAfterIt() {
        Map<String, TestImage> platforms = new LinkedHashMap<>();
        platforms.put("amd64", first);
        platforms.put("arm64", second);
        byte[] index = TestImage.index(platforms);
        Digest target = TestImage.digest(index);
        store(Map.of(target, index));
        store(first.blobs());
        var slow = new Interrupted(content);
        var catalog = new Catalog(slow);
        // While one reads, a pull of the other platform ends; the reader has looked for it already.
        slow.before = first.config();
        slow.then = () -> {
            store(second.blobs());
            catalog.forget();
        };
        // The reader looks for the second manifest after the first, so it must be away until the reader has passed it.
        slow.hidden = second.manifest();

        assertThat(catalog.images(target)).hasSize(1);
        slow.hidden = null;

        Set<Digest> marked = new HashSet<>();
        catalog.mark(target, new Marks() {
            @Override
            public void blob(Digest digest) {
                marked.add(digest);
            }

            @Override
            public void layer(ChainId chain) {}
        });
        assertThat(marked)
                .contains(target)
                .containsAll(first.blobs().keySet())
                .containsAll(second.blobs().keySet());
    }

    /// A store in which something happens before one blob is opened.
    private static final class Interrupted implements ContentStore {
        private final ContentStore store;
        private @org.jspecify.annotations.Nullable Digest before;
        private @org.jspecify.annotations.Nullable Digest hidden;
        private Runnable then = () -> {};

        Interrupted(ContentStore store) {
            this.store = store;
        }

        @Override
        public Optional<Blob> find(Digest digest) {
            return digest.equals(hidden) ? Optional.empty() : store.find(digest);
        }

        @Override
        public BlobReader open(Digest digest) {
            if (digest.equals(before)) {
                before = null;
                then.run();
            }
            return store.open(digest);
        }

        @Override
        public BlobWriter write(IngestName ingest) {
            return store.write(ingest);
        }

        @Override
        public void discard(IngestName ingest) {
            store.discard(ingest);
        }

        @Override
        public void settle() {
            store.settle();
        }

        @Override
        public void delete(Digest digest) {
            store.delete(digest);
        }

        @Override
        public List<Blob> list() {
            return store.list();
        }

        @Override
        public List<IngestName> ingests() {
            return store.ingests();
        }
    }
}
