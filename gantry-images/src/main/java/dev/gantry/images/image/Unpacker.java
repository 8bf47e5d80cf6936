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
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Turns layer blobs into unpacked layers. A layer is verified while it is unpacked: its plain bytes
/// must have the diff id that the configuration says, or nothing of it becomes visible.
final class Unpacker {
    private static final int PARALLEL = 2;
    private static final long TELL_EVERY = 1 << 20;
    private static final long MAX_AFTER_END = 64 << 20;

    private final ContentStore content;
    private final Snapshotter snapshots;
    private final LayerExtractor extractor;
    private final KeyedLocks<ChainId> locks = new KeyedLocks<>();

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
        Parallel.map(image.layers(), PARALLEL, layer -> {
            unpack(layer, progress);
            return layer;
        });
    }

    /// Returns when the layer is unpacked, by us or by another thread.
    void unpack(StoredImage.Layer layer, ProgressListener progress) {
        try {
            locks.with(layer.chain(), () -> {
                if (!snapshots.contains(layer.chain())) {
                    extract(layer, progress);
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(
                    "unpack layer " + layer.blob().digest(), "the thread was interrupted", "ask again", e);
        }
    }

    private void extract(StoredImage.Layer layer, ProgressListener progress) {
        Digest digest = layer.blob().digest();
        String name = "layer " + digest;
        try (BlobReader blob = content.open(digest);
                Snapshotter.LayerStage stage = snapshots.stage(layer.chain())) {
            long total = blob.size();
            InputStream counted = new Counting(blob, n -> progress.on(new ProgressEvent.Extracting(digest, n, total)));
            long contentBytes;
            Digest actual;
            try (InputStream plain = Compression.decompress(counted, name)) {
                DigestInputStream verified = new DigestInputStream(plain, messageDigest(layer.diffId()));
                contentBytes = extractor.extract(verified, stage.directory(), name);
                drain(verified, name);
                actual = new Digest(
                        layer.diffId().algorithm(),
                        HexFormat.of().formatHex(verified.getMessageDigest().digest()));
            } catch (IOException e) {
                throw damaged(name, e.getMessage() == null ? "it ends in the middle" : e.getMessage(), e);
            }
            if (!actual.equals(layer.diffId())) {
                throw new InvalidArgument(
                        "unpack " + name,
                        "its plain bytes have digest " + actual + " and the configuration says " + layer.diffId(),
                        "the image contradicts itself; fetch or build it again");
            }
            stage.commit(contentBytes);
        } catch (IOException e) {
            throw new UncheckedIOException("close " + name, e);
        }
    }

    /// What stands after the end of the tar belongs to the digest; writers pad, but not without end.
    private static void drain(InputStream in, String name) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long drained = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            drained += n;
            if (drained > MAX_AFTER_END) {
                throw new IOException("more than " + MAX_AFTER_END + " bytes follow the end of the tar");
            }
        }
    }

    private static InvalidArgument damaged(String name, String why, Throwable cause) {
        return new InvalidArgument("unpack " + name, why, "fetch or save the image again from where it came", cause);
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
