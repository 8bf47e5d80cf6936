package dev.gantry.images.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.Digest;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DiskContentStoreTest extends ContentStoreContract {
    @TempDir
    Path dir;

    @Override
    ContentStore emptyStore() {
        return new DiskContentStore(dir);
    }

    @Test
    void blobsAndTransfersSurviveTheProcess() {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO, 0, 3));
        }
        ContentStore next = new DiskContentStore(dir);
        try (BlobWriter writer = next.write(NAME)) {
            assertThat(writer.offset()).isEqualTo(3);
            writer.write(ByteBuffer.wrap(HELLO, 3, 2));
            writer.commit(HELLO_DIGEST, 5);
        }
        assertThat(new DiskContentStore(dir).list()).containsExactly(new Blob(HELLO_DIGEST, 5));
        assertThat(dir.resolve("blobs/sha256/" + HELLO_DIGEST.hex())).hasBinaryContent(HELLO);
    }

    @Test
    void whatIsKeptAndNotSettledIsForgottenByTheNextProcess() {
        for (boolean settled : new boolean[] {false, true}) {
            try (BlobWriter writer = store.write(NAME)) {
                writer.write(ByteBuffer.wrap(HELLO));
                writer.keep();
            }
            if (settled) {
                store.settle();
            }
            store = new DiskContentStore(dir);
            assertThat(store.list()).hasSize(settled ? 1 : 0);
            assertThat(dir.resolve("kept")).isEmptyDirectory();
        }
    }

    @Test
    void settlingThatFailedGoesOnLater() throws IOException {
        Digest other = kept("other");
        kept("hello");
        Path place = dir.resolve("blobs/sha256/" + other.hex());
        Files.createDirectories(place.resolve("in the way"));
        assertThatThrownBy(store::settle).isInstanceOf(Internal.class);
        assertThat(store.list()).hasSize(2);
        Files.delete(place.resolve("in the way"));
        Files.delete(place);
        Thread.currentThread().interrupt();
        assertThatThrownBy(store::settle).isInstanceOf(Unavailable.class);
        assertThat(Thread.interrupted()).isTrue();
        store.settle();
        assertThat(new DiskContentStore(dir).list()).hasSize(2);
    }

    private Digest kept(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        try (BlobWriter writer = store.write(new IngestName(text))) {
            writer.write(ByteBuffer.wrap(bytes));
            writer.keep();
        }
        return Digest.sha256Of(bytes);
    }

    @Test
    void whatACrashLeftInATransferIsHashedAgainAndNotTrusted() throws IOException {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO, 0, 3));
        }
        Files.writeString(dir.resolve("ingest/layer-1"), "he\0"); // a block that never reached the disk
        try (BlobWriter writer = new DiskContentStore(dir).write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO, 3, 2));
            assertThatThrownBy(() -> writer.commit(HELLO_DIGEST, 5)).isInstanceOf(InvalidArgument.class);
        }
        assertThat(dir.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void oneFlippedBitOnTheDiskIsFoundByTheCheckAndByAReader() throws IOException {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            writer.commit(HELLO_DIGEST, 5);
        }
        Files.writeString(dir.resolve("blobs/sha256/" + HELLO_DIGEST.hex()), "hellO", UTF_8);
        StoreCheck.Result result = StoreCheck.run(store, 2);
        assertThat(result.isClean()).isFalse();
        assertThat(result.damages())
                .singleElement()
                .satisfies(d -> assertThat(d.digest()).isEqualTo(HELLO_DIGEST))
                .satisfies(d -> assertThat(d.why()).startsWith("its digest is sha256:"));
        try (var reader = new VerifiedStream(store.open(HELLO_DIGEST), HELLO_DIGEST)) {
            assertThatThrownBy(reader::readAllBytes).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void transferringADamagedBlobAgainRepairsIt() throws IOException {
        Path file = dir.resolve("blobs/sha256/" + HELLO_DIGEST.hex());
        Files.writeString(file, "hellO", UTF_8);
        assertThat(StoreCheck.verify(store, HELLO_DIGEST)).isFalse();
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            writer.commit(HELLO_DIGEST, 5);
        }
        assertThat(StoreCheck.verify(store, HELLO_DIGEST)).isTrue();
        assertThat(store.ingests()).isEmpty();
    }

    @Test
    void aStrayFileIsNoBlob() throws IOException {
        Files.writeString(dir.resolve("blobs/sha256/README"), "x");
        Files.writeString(dir.resolve("ingest/.hidden file"), "x");
        assertThat(store.list()).isEmpty();
        assertThat(store.ingests()).isEmpty();
    }

    @Test
    @Timeout(10)
    void aLargeTransferIsDiscardedWithoutBeingRead() throws IOException {
        try (var file = new RandomAccessFile(dir.resolve("ingest/layer-1").toFile(), "rw")) {
            file.setLength(1L << 40); // all holes: it takes no space, and minutes to hash
        }
        store.discard(NAME);
        assertThat(store.ingests()).isEmpty();
    }

    @Test
    void aTransferThatCannotBeReadLeavesNoDescriptorOpen() throws IOException {
        // A file of the kernel that is shorter than it says; opening it for writing changes nothing.
        Path liar = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        assumeTrue(Files.isWritable(liar), "the kernel has no file that is shorter than its size");
        Files.createSymbolicLink(dir.resolve("ingest/layer-1"), liar);

        assertThatThrownBy(() -> store.write(NAME)).hasMessageContaining("became shorter");

        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : open) {
                if (Files.isSymbolicLink(fd)) {
                    assertThat(Files.readSymbolicLink(fd)).isNotEqualTo(liar);
                }
            }
        }
        store.discard(NAME); // nobody writes it
    }
}
