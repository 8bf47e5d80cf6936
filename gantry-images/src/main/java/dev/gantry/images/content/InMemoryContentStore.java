package dev.gantry.images.content;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The same contract in the heap, for tests and tools. It forgets everything with the process.
public final class InMemoryContentStore implements ContentStore {
    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<IngestName, byte[]> paused = new ConcurrentHashMap<>();
    private final Set<IngestName> writing = ConcurrentHashMap.newKeySet();

    @Override
    public Optional<Blob> find(Digest digest) {
        return Optional.ofNullable(blobs.get(digest)).map(bytes -> new Blob(digest, bytes.length));
    }

    @Override
    public BlobReader open(Digest digest) {
        byte[] bytes = blobs.get(digest);
        if (bytes == null) {
            throw DiskContentStore.absent(digest);
        }
        return new ArrayReader(bytes);
    }

    @Override
    public BlobWriter write(IngestName name) {
        if (!writing.add(name)) {
            throw new Conflict(
                    "write ingest " + name.text(), "another transfer of this name is running", "wait for it to end");
        }
        return new ArrayWriter(name, paused.getOrDefault(name, new byte[0]));
    }

    @Override
    public void settle() {}

    @Override
    public void discard(IngestName name) {
        write(name).discard();
    }

    @Override
    public void delete(Digest digest) {
        blobs.remove(digest);
    }

    @Override
    public List<Blob> list() {
        return blobs.entrySet().stream()
                .map(e -> new Blob(e.getKey(), e.getValue().length))
                .toList();
    }

    @Override
    public List<IngestName> ingests() {
        return List.copyOf(paused.keySet());
    }

    private static final class ArrayReader extends BlobReader {
        private final ByteBuffer bytes;

        ArrayReader(byte[] bytes) {
            this.bytes = ByteBuffer.wrap(bytes);
        }

        @Override
        public long size() {
            return bytes.capacity();
        }

        @Override
        public int read() {
            return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (!bytes.hasRemaining()) {
                return length == 0 ? 0 : -1;
            }
            int n = Math.min(length, bytes.remaining());
            bytes.get(into, from, n);
            return n;
        }

        @Override
        public void close() {
            bytes.position(bytes.limit());
        }
    }

    private final class ArrayWriter implements BlobWriter {
        private final IngestName name;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean open = true;

        ArrayWriter(IngestName name, byte[] before) {
            this.name = name;
            bytes.writeBytes(before);
        }

        @Override
        public long offset() {
            return bytes.size();
        }

        @Override
        public void write(ByteBuffer more) {
            requireOpen();
            byte[] copy = new byte[more.remaining()];
            more.get(copy);
            bytes.writeBytes(copy);
        }

        @Override
        public Blob commit(Digest expected, long size) {
            requireOpen();
            byte[] all = bytes.toByteArray();
            discard();
            Hasher hasher = new Hasher(expected.algorithm());
            hasher.update(all, 0, all.length);
            Digest actual = hasher.digest();
            if ((size >= 0 && size != all.length) || !actual.equals(expected)) {
                throw Mismatch.of(expected, size, actual, all.length);
            }
            blobs.put(expected, all);
            return new Blob(expected, all.length);
        }

        @Override
        public Digest sha256() {
            return Digest.sha256Of(bytes.toByteArray());
        }

        @Override
        public Blob keep() {
            return commit(sha256(), -1);
        }

        @Override
        public void discard() {
            requireOpen();
            open = false;
            paused.remove(name);
            writing.remove(name);
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                paused.put(name, bytes.toByteArray());
                writing.remove(name);
            }
        }

        private void requireOpen() {
            if (!open) {
                throw new IllegalStateException("the transfer " + name.text() + " has ended");
            }
        }
    }
}
