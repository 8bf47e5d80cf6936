package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Parallel;
import dev.gantry.base.Unavailable;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.LayerExtractor;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.images.snapshot.Snapshotter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Turns layer blobs into unpacked layers. A layer is verified while it is unpacked: its plain bytes
/// must have the diff id that the configuration says, or nothing of it becomes visible.
final class Unpacker {
    private static final int PARALLEL = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);
    private static final long TELL_EVERY = 1 << 20;
    private static final long MAX_AFTER_END = 64 << 20;

    private final ContentStore content;
    private final Snapshotter snapshots;
    private final LayerExtractor extractor;
    private final KeyedLocks<ChainId> locks = new KeyedLocks<>();

    /// Unpacking is work for a processor and a disk; of more at a time none would be done sooner.
    private final Semaphore turns = new Semaphore(PARALLEL);

    Unpacker(ContentStore content, Snapshotter snapshots, LayerExtractor extractor) {
        this.content = content;
        this.snapshots = snapshots;
        this.extractor = extractor;
    }

    boolean unpacked(List<StoredImage.Layer> layers) {
        return layers.stream().allMatch(l -> snapshots.contains(l.chain()));
    }

    /// Returns when every layer of the image is unpacked.
    void unpack(StoredImage image, ProgressListener progress) {
        unpack(image.layers(), progress);
    }

    /// The same of the layers of a root, the base first.
    void unpack(List<StoredImage.Layer> layers, ProgressListener progress) {
        try (Batch batch = new Batch(layers)) {
            Parallel.map(layers, PARALLEL, layer -> {
                batch.unpack(layer, progress);
                return layer;
            });
            batch.finish();
        }
    }

    /// The layers of one image, which may be unpacked in any order and by several threads.
    Batch batch(StoredImage image) {
        return new Batch(image.layers());
    }

    /// A layer is visible as soon as it is unpacked, except when it has directories that it does not
    /// describe: it then waits for those below. Closing removes what still waits.
    final class Batch implements AutoCloseable {
        private final List<StoredImage.Layer> layers;
        private final Map<StoredImage.Layer, Waiting> waiting = new ConcurrentHashMap<>();

        private record Waiting(Snapshotter.LayerStage stage, List<String> implied, long contentBytes) {}

        private Batch(List<StoredImage.Layer> layers) {
            this.layers = layers;
        }

        /// Returns when the layer is unpacked, by us or by another thread, or waits for [#finish].
        void unpack(StoredImage.Layer layer, ProgressListener progress) {
            try {
                locks.with(layer.chain(), () -> {
                    if (!snapshots.contains(layer.chain())) {
                        turns.acquire();
                        try {
                            stage(layer, progress);
                        } finally {
                            turns.release();
                        }
                    }
                });
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable(
                        "unpack layer " + layer.blob().digest(), "the thread was interrupted", "ask again", e);
            }
        }

        private void stage(StoredImage.Layer layer, ProgressListener progress) {
            Snapshotter.LayerStage stage = snapshots.stage(layer.chain());
            boolean kept = false;
            try {
                List<String> implied = new ArrayList<>();
                long contentBytes = extract(layer, stage, implied, progress);
                if (implied.isEmpty() || layer.equals(layers.getFirst())) {
                    stage.commit(contentBytes);
                } else {
                    waiting.put(layer, new Waiting(stage, implied, contentBytes));
                    kept = true;
                }
            } finally {
                if (!kept) {
                    stage.close();
                }
            }
        }

        /// Makes the waiting layers visible, from the base upwards.
        void finish() {
            List<ChainId> below = new ArrayList<>();
            for (StoredImage.Layer layer : layers) {
                Waiting w = waiting.remove(layer);
                if (w != null) {
                    try (Snapshotter.LayerStage stage = w.stage()) {
                        stage.adopt(w.implied(), below.reversed());
                        stage.commit(w.contentBytes());
                    }
                }
                below.add(layer.chain());
            }
        }

        @Override
        public void close() {
            waiting.values().forEach(w -> w.stage().close());
        }
    }

    private long extract(
            StoredImage.Layer layer, Snapshotter.LayerStage stage, List<String> implied, ProgressListener progress) {
        Digest digest = layer.blob().digest();
        String name = "layer " + digest;
        try (BlobReader blob = content.open(digest)) {
            long total = blob.size();
            InputStream counted = new Counting(blob, n -> progress.on(new ProgressEvent.Extracting(digest, n, total)));
            try (InputStream plain = Compression.decompress(counted, name)) {
                DigestInputStream verified = new DigestInputStream(plain, messageDigest(layer.diffId()));
                long contentBytes = extractor.extract(verified, stage.directory(), name, implied::add);
                drain(verified);
                check(layer, name, verified.getMessageDigest().digest());
                return contentBytes;
            }
        } catch (IOException e) {
            throw new InvalidArgument(
                    "unpack " + name,
                    e.getMessage() == null ? "it ends in the middle" : e.getMessage(),
                    "fetch or save the image again from where it came",
                    e);
        }
    }

    private static void check(StoredImage.Layer layer, String name, byte[] hash) {
        Digest actual = new Digest(layer.diffId().algorithm(), HexFormat.of().formatHex(hash));
        if (!actual.equals(layer.diffId())) {
            throw new InvalidArgument(
                    "unpack " + name,
                    "its plain bytes have digest " + actual + " and the configuration says " + layer.diffId(),
                    "the image contradicts itself; fetch or build it again");
        }
    }

    /// What stands after the end of the tar belongs to the digest; writers pad, but not without end.
    private static void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long drained = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            drained += n;
            if (drained > MAX_AFTER_END) {
                throw new IOException("more than " + MAX_AFTER_END + " bytes follow the end of the tar");
            }
        }
    }

    private static MessageDigest messageDigest(Digest like) {
        try {
            return MessageDigest.getInstance(like.algorithm().jcaName());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + like.algorithm().jcaName(), e);
        }
    }

    private interface Told {
        void bytes(long n);
    }

    private static final class Counting extends FilterInputStream {
        private final Told told;
        private long count;
        private long last;

        Counting(InputStream in, Told told) {
            super(in);
            this.told = told;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int n = super.read(bytes, from, length);
            count += Math.max(n, 0);
            if (count - last >= TELL_EVERY || (n < 0 && last != count)) {
                last = count;
                told.bytes(count);
            }
            return n;
        }
    }
}
