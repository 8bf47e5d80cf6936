package dev.gantry.images.content;

import dev.gantry.base.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// One transfer into a file. The hash grows with the writes, so that `commit` has only to compare.
final class FileWriter implements BlobWriter {
    private static final int CHUNK = 1 << 18;

    private final DiskContentStore store;
    private final IngestName name;
    private final Path file;
    private final FileChannel channel;
    private final Hasher hasher = new Hasher(Digest.Algorithm.SHA256);
    private long offset;
    private boolean open = true;
    private @Nullable Digest sha256;

    FileWriter(DiskContentStore store, IngestName name, Path file) {
        this.store = store;
        this.name = name;
        this.file = file;
        try {
            this.channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw DiskContentStore.failed("resume ingest " + name.text(), e);
        }
        boolean hashed = false;
        try {
            this.offset = channel.size();
            rehash(hasher);
            hashed = true;
        } catch (IOException e) {
            throw DiskContentStore.failed("resume ingest " + name.text(), e);
        } finally {
            if (!hashed) {
                closeQuietly(channel);
            }
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // What failed before is on its way to the caller.
        }
    }

    private void rehash(Hasher into) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (long at = 0; at < offset; ) {
            int n = channel.read(chunk.clear(), at);
            if (n < 0) {
                throw new IOException("the file became shorter while it was read");
            }
            into.update(chunk.array(), 0, n);
            at += n;
        }
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public void write(ByteBuffer bytes) {
        requireOpen();
        if (sha256 != null) {
            throw new IllegalStateException("the digest of the transfer " + name.text() + " was told already");
        }
        ByteBuffer hashed = bytes.duplicate();
        try {
            while (bytes.hasRemaining()) {
                offset += channel.write(bytes, offset);
            }
        } catch (IOException e) {
            // The hash is behind the file now: this writer ends, and the next one hashes what is really there.
            close();
            throw DiskContentStore.failed("write ingest " + name.text(), e);
        }
        hasher.update(hashed);
    }

    @Override
    public Blob commit(Digest expected, long size) {
        requireOpen();
        try {
            Digest actual = sha256();
            if (expected.algorithm() != actual.algorithm()) {
                Hasher other = new Hasher(expected.algorithm());
                rehash(other);
                actual = other.digest();
            }
            if ((size >= 0 && size != offset) || !actual.equals(expected)) {
                discard();
                throw Mismatch.of(expected, size, actual, offset);
            }
            channel.force(true);
            end();
            return store.adopt(file, expected, offset);
        } catch (IOException e) {
            throw DiskContentStore.failed("commit content " + expected, e);
        } finally {
            close();
        }
    }

    @Override
    public Digest sha256() {
        Digest known = sha256;
        if (known == null) {
            known = hasher.digest();
            sha256 = known;
        }
        return known;
    }

    @Override
    public Blob keep() {
        requireOpen();
        try {
            Digest digest = sha256();
            end();
            return store.keep(file, digest, offset);
        } catch (IOException e) {
            throw DiskContentStore.failed("keep content", e);
        } finally {
            close();
        }
    }

    @Override
    public void discard() {
        requireOpen();
        try {
            end();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw DiskContentStore.failed("discard ingest " + name.text(), e);
        }
    }

    @Override
    public void close() {
        try {
            end();
        } catch (IOException e) {
            throw DiskContentStore.failed("close ingest " + name.text(), e);
        }
    }

    private void end() throws IOException {
        if (open) {
            open = false;
            store.ended(name);
            channel.close();
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the transfer " + name.text() + " has ended");
        }
    }
}
