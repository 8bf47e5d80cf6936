package dev.gantry.daemon.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A file of bbolt, in which dockerd keeps its volumes and networks: a tree of pages, of which the newer of two `meta`
/// pages names the root. Reading needs no more than this. What is damaged is an [IOException].
final class BoltFile {
    private static final int MAGIC = 0xED0CDAED;
    private static final int VERSION = 2;
    private static final int PAGE_HEAD = 16; // id 8, flags 2, count 2, overflow 4
    private static final int BUCKET_HEAD = 16; // root page 8, sequence 8
    private static final int DEEPEST = 32;

    // flags of pages
    private static final int BRANCH = 0x01;
    private static final int LEAF = 0x02;

    /// Of an element: its value is a bucket.
    private static final int BUCKET = 0x01;

    private final ByteBuffer file;
    private final int pageSize;
    private final long root;
    private int visited;

    private record Meta(int pageSize, long root, long transaction) {}

    private BoltFile(ByteBuffer file, Meta meta) {
        this.file = file;
        this.pageSize = meta.pageSize();
        this.root = meta.root();
    }

    /// What is in one of the buckets at the top, without buckets inside it; empty when there is no such bucket.
    static Map<String, byte[]> bucket(byte[] bytes, String name) throws IOException {
        try {
            ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            return new BoltFile(file, meta(file)).bucket(name);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    /// The newer one that was written to its end.
    private static Meta meta(ByteBuffer file) throws IOException {
        Optional<Meta> first = meta(file, 0);
        Optional<Meta> second = second(file);
        if (first.isEmpty()
                || second.isPresent()
                        && second.get().transaction() > first.get().transaction()) {
            return second.orElseThrow(() -> new IOException("it is no file of bbolt"));
        }
        return first.get();
    }

    /// It is one page away, whose size only the first one says.
    private static Optional<Meta> second(ByteBuffer file) {
        for (int size = 1024; size <= 65536; size *= 2) {
            Optional<Meta> found = meta(file, size);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /// Empty when it is not one, or was not written to its end.
    private static Optional<Meta> meta(ByteBuffer file, int page) {
        int at = page + PAGE_HEAD;
        if (file.limit() < at + 64 || file.getInt(at) != MAGIC || file.getInt(at + 4) != VERSION) {
            return Optional.empty();
        }
        long sum = 0xcbf29ce484222325L; // FNV-1a, 64 bits
        for (int i = at; i < at + 56; i++) {
            sum = (sum ^ (file.get(i) & 0xff)) * 0x100000001b3L;
        }
        if (sum != file.getLong(at + 56)) {
            return Optional.empty();
        }
        return Optional.of(new Meta(file.getInt(at + 8), file.getLong(at + 16), file.getLong(at + 48)));
    }

    private Map<String, byte[]> bucket(String name) throws IOException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        Map<String, byte[]> tops = new LinkedHashMap<>();
        walk(page(root), BUCKET, tops, 0);
        byte[] head = tops.get(name);
        if (head == null) {
            return found;
        }
        ByteBuffer bucket = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        long first = bucket.getLong(0);
        // A small bucket is a page in the place of its value.
        ByteBuffer page = first == 0
                ? bucket.slice(BUCKET_HEAD, head.length - BUCKET_HEAD).order(ByteOrder.LITTLE_ENDIAN)
                : page(first);
        walk(page, 0, found, 0);
        return found;
    }

    private ByteBuffer page(long id) {
        int at = Math.toIntExact(Math.multiplyExact(id, pageSize));
        return file.slice(at, file.limit() - at).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void walk(ByteBuffer page, int kind, Map<String, byte[]> found, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("its pages lead in a circle");
        }
        // Each page of a tree is visited once.
        if (++visited > file.limit() / pageSize + 1) {
            throw new IOException("its pages lead in a circle, or together again");
        }
        int flags = page.getShort(8);
        int count = page.getShort(10) & 0xffff;
        for (int i = 0; i < count; i++) {
            int at = PAGE_HEAD + i * 16;
            if ((flags & BRANCH) != 0) { // pos 4, size of the key 4, page 8
                walk(page(page.getLong(at + 8)), kind, found, depth + 1);
            } else if ((flags & LEAF) != 0) { // flags 4, pos 4, size of the key 4, of the value 4
                int key = at + page.getInt(at + 4);
                int keyBytes = page.getInt(at + 8);
                byte[] value = bytes(page, key + keyBytes, page.getInt(at + 12));
                if (page.getInt(at) == kind) {
                    found.put(new String(bytes(page, key, keyBytes), StandardCharsets.UTF_8), value);
                }
            } else {
                throw new IOException("page " + page.getLong(0) + " is neither branch nor leaf");
            }
        }
    }

    private static byte[] bytes(ByteBuffer page, int from, int length) {
        byte[] out = new byte[page.slice(from, length).limit()];
        page.get(from, out);
        return out;
    }
}
