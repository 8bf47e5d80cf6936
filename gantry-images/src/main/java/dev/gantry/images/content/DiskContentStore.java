package dev.gantry.images.content;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Blobs as files `blobs/<algorithm>/<hex>`, transfers as files `ingest/<name>`, and as `kept/<hex>` blobs that are not
/// synced yet, which are forgotten at the start.
///
/// A blob's bytes are synced before it gets its name, and the name before `commit` returns. What a transfer
/// left behind, also one cut by a crash, is hashed again when it is resumed: nothing is trusted because it
/// was written once.
public final class DiskContentStore implements ContentStore {
    private final Path blobs;
    private final Path ingest;
    private final Path kept;

    /// Each with the one file that it was kept as.
    private final Map<Digest, Kept> unsettled = new ConcurrentHashMap<>();

    private static final class Kept {
        final long size;

        Kept(long size) {
            this.size = size;
        }
    }

    /// Held while names are changed, and never while bytes are synced.
    private final ReentrantLock naming = new ReentrantLock();

    private final Set<IngestName> writing = ConcurrentHashMap.newKeySet();

    /// Makes the directories below `root` that are missing. One process owns a root; who, the caller has
    /// seen to.
    public DiskContentStore(Path root) {
        this.blobs = root.resolve("blobs");
        this.ingest = root.resolve("ingest");
        this.kept = root.resolve("kept");
        try {
            Files.createDirectories(ingest);
            Files.createDirectories(kept);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(kept)) {
                for (Path file : left) {
                    Files.delete(file);
                }
            }
            for (Digest.Algorithm a : Digest.Algorithm.values()) {
                Files.createDirectories(blobs.resolve(a.wireName()));
            }
        } catch (IOException e) {
            throw failed("open content store " + root, e);
        }
    }

    @Override
    public Optional<Blob> find(Digest digest) {
        Kept unsynced = unsettled.get(digest);
        if (unsynced != null) {
            return Optional.of(new Blob(digest, unsynced.size));
        }
        try {
            return Optional.of(new Blob(digest, Files.size(path(digest))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("look for content " + digest, e);
        }
    }

    @Override
    public BlobReader open(Digest digest) {
        try {
            FileChannel channel = channel(digest);
            return new FileReader(digest, channel, channel.size());
        } catch (NoSuchFileException e) {
            throw absent(digest);
        } catch (IOException e) {
            throw failed("open content " + digest, e);
        }
    }

    private FileChannel channel(Digest digest) throws IOException {
        if (unsettled.containsKey(digest)) {
            try {
                return FileChannel.open(kept.resolve(digest.hex()), StandardOpenOption.READ);
            } catch (NoSuchFileException e) {
                // It has just been settled.
            }
        }
        return FileChannel.open(path(digest), StandardOpenOption.READ);
    }

    @Override
    public BlobWriter write(IngestName name) {
        claim("write", name);
        try {
            return new FileWriter(this, name, ingest.resolve(name.text()));
        } catch (RuntimeException | Error e) {
            writing.remove(name);
            throw e;
        }
    }

    @Override
    public void discard(IngestName name) {
        claim("discard", name);
        try {
            Files.deleteIfExists(ingest.resolve(name.text()));
        } catch (IOException e) {
            throw failed("discard ingest " + name.text(), e);
        } finally {
            writing.remove(name);
        }
    }

    private void claim(String what, IngestName name) {
        if (!writing.add(name)) {
            throw new Conflict(
                    what + " ingest " + name.text(), "another transfer of this name is running", "wait for it to end");
        }
    }

    @Override
    public void delete(Digest digest) {
        naming.lock();
        try {
            if (unsettled.remove(digest) != null) {
                Files.deleteIfExists(kept.resolve(digest.hex()));
            }
            Files.deleteIfExists(path(digest));
        } catch (IOException e) {
            throw failed("delete content " + digest, e);
        } finally {
            naming.unlock();
        }
    }

    @Override
    public List<Blob> list() {
        Map<Digest, Blob> found = new HashMap<>(); // one that is being settled may be in both places
        unsettled.forEach((digest, unsynced) -> found.put(digest, new Blob(digest, unsynced.size)));
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            try (DirectoryStream<Path> names = Files.newDirectoryStream(blobs.resolve(algorithm.wireName()))) {
                for (Path file : names) {
                    String hex = file.getFileName().toString();
                    if (hex.matches("[0-9a-f]{" + algorithm.hexLength() + "}")) {
                        find(new Digest(algorithm, hex)).ifPresent(blob -> found.put(blob.digest(), blob));
                    }
                }
            } catch (IOException e) {
                throw failed("list content", e);
            }
        }
        return List.copyOf(found.values());
    }

    /// The transfers that wait for a resume.
    @Override
    public List<IngestName> ingests() {
        List<IngestName> found = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(ingest)) {
            for (Path file : names) {
                String name = file.getFileName().toString();
                if (IngestName.isValid(name)) {
                    found.add(new IngestName(name));
                }
            }
        } catch (IOException e) {
            throw failed("list ingests", e);
        }
        return found;
    }

    private Path path(Digest digest) {
        return blobs.resolve(digest.algorithm().wireName()).resolve(digest.hex());
    }

    /// Moves the synced file of a transfer to its name. Two transfers of the same content may both arrive:
    /// the later one replaces the earlier, which repairs a blob that was damaged on the disk; who reads the
    /// old file goes on.
    Blob adopt(Path file, Digest digest, long size) throws IOException {
        Files.move(file, path(digest), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory =
                FileChannel.open(blobs.resolve(digest.algorithm().wireName()))) {
            directory.force(true);
        }
        return new Blob(digest, size);
    }

    /// What is here already stays as it is: it is synced, or is what somebody syncs now.
    Blob keep(Path file, Digest digest, long size) throws IOException {
        naming.lock();
        try {
            if (unsettled.containsKey(digest) || Files.exists(path(digest))) {
                Files.delete(file);
            } else {
                Files.move(file, kept.resolve(digest.hex()), StandardCopyOption.ATOMIC_MOVE);
                unsettled.put(digest, new Kept(size));
            }
            return new Blob(digest, size);
        } finally {
            naming.unlock();
        }
    }

    /// One that ends early, by an error or an interrupt, has settled some; the next one goes on with the rest.
    @Override
    public void settle() {
        Map<Digest, Kept> now = Map.copyOf(unsettled);
        if (now.isEmpty()) {
            return;
        }
        try {
            for (Map.Entry<Digest, Kept> entry : now.entrySet()) {
                if (synced(entry.getKey(), entry.getValue())) {
                    named(entry.getKey(), entry.getValue());
                }
            }
            try (FileChannel directory = FileChannel.open(blobs.resolve(Digest.Algorithm.SHA256.wireName()))) {
                directory.force(true);
            }
            now.forEach(unsettled::remove);
        } catch (IOException e) {
            throw failed("store content", e);
        }
    }

    /// Whether its bytes are on the disk and its name is still to be given. What could not be written is forgotten: a
    /// second attempt would find pages that only look clean, fsync(2).
    private boolean synced(Digest digest, Kept unsynced) throws IOException {
        try (FileChannel bytes = FileChannel.open(kept.resolve(digest.hex()), StandardOpenOption.WRITE)) {
            try {
                bytes.force(true);
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (IOException e) {
                forget(digest, unsynced);
                throw e;
            }
            return true;
        } catch (NoSuchFileException _) {
            return false; // named before, or deleted
        }
    }

    private void forget(Digest digest, Kept unsynced) throws IOException {
        naming.lock();
        try {
            if (unsettled.remove(digest, unsynced)) {
                Files.deleteIfExists(kept.resolve(digest.hex()));
            }
        } finally {
            naming.unlock();
        }
    }

    private void named(Digest digest, Kept unsynced) throws IOException {
        naming.lock();
        try {
            if (unsettled.get(digest) == unsynced && Files.exists(kept.resolve(digest.hex()))) {
                Files.move(kept.resolve(digest.hex()), path(digest), StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            naming.unlock();
        }
    }

    void ended(IngestName name) {
        writing.remove(name);
    }

    static NotFound absent(Digest digest) {
        return new NotFound("open content " + digest, "the store has no such blob", "pull or load the image again");
    }

    static GantryException failed(String what, IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new Unavailable(what, "the work was cancelled", "ask again", e);
        }
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (why.contains("No space left") || why.contains("quota exceeded")) {
            return new Unavailable(what, why, "free space and try again", e);
        }
        return new Internal(what, why, "check the disk and the permissions of the data root", e);
    }

    /// Reads a file from its channel.
    private static final class FileReader extends BlobReader {
        private final Digest digest;
        private final FileChannel channel;
        private final long size;

        FileReader(Digest digest, FileChannel channel, long size) {
            this.digest = digest;
            this.channel = channel;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) {
            try {
                return channel.read(ByteBuffer.wrap(bytes, from, length));
            } catch (IOException e) {
                throw failed("read content " + digest, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw failed("close content " + digest, e);
            }
        }
    }
}
