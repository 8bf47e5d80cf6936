package dev.gantry.images.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every content store promises.
abstract class ContentStoreContract {
    static final IngestName NAME = new IngestName("layer-1");
    static final byte[] HELLO = "hello".getBytes(UTF_8);
    static final Digest HELLO_DIGEST = Digest.sha256Of(HELLO);

    ContentStore store;

    abstract ContentStore emptyStore();

    @BeforeEach
    void open() {
        store = emptyStore();
    }

    @Test
    void aBlobIsVisibleAfterItsCommitAndNotBefore() throws IOException {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            assertThat(store.find(HELLO_DIGEST)).isEmpty();
            assertThat(writer.commit(HELLO_DIGEST, 5)).isEqualTo(new Blob(HELLO_DIGEST, 5));
        }
        assertThat(store.find(HELLO_DIGEST)).contains(new Blob(HELLO_DIGEST, 5));
        try (BlobReader reader = store.open(HELLO_DIGEST)) {
            assertThat(reader.size()).isEqualTo(5);
            assertThat(reader.readAllBytes()).isEqualTo(HELLO);
        }
        assertThat(store.list()).containsExactly(new Blob(HELLO_DIGEST, 5));
        assertThat(store.ingests()).isEmpty();
    }

    @Test
    void whatIsKeptIsVisibleAtOnceAndAfterItIsSettled() throws IOException {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            assertThat(writer.sha256()).isEqualTo(HELLO_DIGEST);
            assertThat(writer.keep()).isEqualTo(new Blob(HELLO_DIGEST, 5));
        }
        for (int i = 0; i < 2; i++) {
            assertThat(store.find(HELLO_DIGEST)).contains(new Blob(HELLO_DIGEST, 5));
            assertThat(store.list()).containsExactly(new Blob(HELLO_DIGEST, 5));
            assertThat(store.ingests()).isEmpty();
            try (BlobReader reader = store.open(HELLO_DIGEST)) {
                assertThat(reader.readAllBytes()).isEqualTo(HELLO);
            }
            store.settle();
        }
        store.delete(HELLO_DIGEST);
        assertThat(store.find(HELLO_DIGEST)).isEmpty();
    }

    @Test
    void whatIsKeptCanBeDeletedBeforeItIsSettled() {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            writer.keep();
        }
        store.delete(HELLO_DIGEST);
        store.settle();
        assertThat(store.list()).isEmpty();
    }

    @Test
    void anAbsentBlobIsNotFound() {
        assertThat(store.find(HELLO_DIGEST)).isEmpty();
        assertThatThrownBy(() -> store.open(HELLO_DIGEST))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining(HELLO_DIGEST.toString());
        store.delete(HELLO_DIGEST);
    }

    @Test
    void aTransferResumesWhereItStopped() {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO, 0, 2));
        }
        assertThat(store.ingests()).containsExactly(NAME);
        try (BlobWriter writer = store.write(NAME)) {
            assertThat(writer.offset()).isEqualTo(2);
            writer.write(ByteBuffer.wrap(HELLO, 2, 3));
            writer.commit(HELLO_DIGEST, -1);
        }
        assertThat(store.find(HELLO_DIGEST)).isPresent();
    }

    @Test
    void aWrongDigestIsRefusedAndTheTransferForgotten() {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap("hellp".getBytes(UTF_8)));
            assertThatThrownBy(() -> writer.commit(HELLO_DIGEST, 5))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("its digest is sha256:");
        }
        assertThat(store.find(HELLO_DIGEST)).isEmpty();
        try (BlobWriter writer = store.write(NAME)) {
            assertThat(writer.offset()).isZero();
        }
    }

    @Test
    void aWrongSizeIsRefused() {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            assertThatThrownBy(() -> writer.commit(HELLO_DIGEST, 6))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("it has 5 bytes instead of 6");
        }
        assertThat(store.list()).isEmpty();
    }

    @Test
    void aSecondWriterOfANameIsRefusedUntilTheFirstEnds() {
        try (BlobWriter _ = store.write(NAME)) {
            assertThatThrownBy(() -> store.write(NAME)).isInstanceOf(Conflict.class);
        }
        store.write(NAME).close();
    }

    @Test
    void theSameContentMayArriveTwice() {
        for (IngestName name : new IngestName[] {NAME, new IngestName("layer-2")}) {
            try (BlobWriter writer = store.write(name)) {
                writer.write(ByteBuffer.wrap(HELLO));
                assertThat(writer.commit(HELLO_DIGEST, 5).size()).isEqualTo(5);
            }
        }
        assertThat(store.list()).hasSize(1);
        assertThat(store.ingests()).isEmpty();
    }

    @Test
    void aDiscardedTransferStartsAgainFromNothing() {
        BlobWriter writer = store.write(NAME);
        writer.write(ByteBuffer.wrap(HELLO));
        writer.discard();
        writer.close();
        assertThat(store.ingests()).isEmpty();
    }

    @Test
    void aTransferIsDiscardedByItsNameUnlessSomebodyWritesIt() {
        store.discard(NAME);
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            assertThatThrownBy(() -> store.discard(NAME)).isInstanceOf(Conflict.class);
        }
        assertThat(store.ingests()).containsExactly(NAME);
        store.discard(NAME);
        assertThat(store.ingests()).isEmpty();
        try (BlobWriter writer = store.write(NAME)) {
            assertThat(writer.offset()).isZero();
        }
    }

    @Test
    void anEndedWriterIsNotUsedAgain() {
        BlobWriter writer = store.write(NAME);
        writer.close();
        assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(HELLO))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSha512DigestIsVerifiedToo() throws Exception {
        String hex = HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-512").digest(HELLO));
        Digest digest = new Digest(Digest.Algorithm.SHA512, hex);
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            writer.commit(digest, 5);
        }
        assertThat(store.find(digest)).isPresent();
        assertThat(StoreCheck.verify(store, digest)).isTrue();
    }

    @Test
    void aDeletedBlobIsGone() {
        try (BlobWriter writer = store.write(NAME)) {
            writer.write(ByteBuffer.wrap(HELLO));
            writer.commit(HELLO_DIGEST, 5);
        }
        store.delete(HELLO_DIGEST);
        assertThat(store.find(HELLO_DIGEST)).isEmpty();
        assertThat(StoreCheck.verify(store, HELLO_DIGEST)).isFalse();
    }

    @Test
    void bytesSurviveAnyCutOfTheTransfer() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[1 + random.nextInt(300_000)];
        random.nextBytes(bytes);
        Digest digest = Digest.sha256Of(bytes);
        int at = 0;
        while (at < bytes.length) {
            try (BlobWriter writer = store.write(NAME)) {
                assertThat(writer.offset()).as("seed %d", seed).isEqualTo(at);
                int n = Math.min(bytes.length - at, 1 + random.nextInt(70_000));
                writer.write(ByteBuffer.wrap(bytes, at, n));
                at += n;
                if (at == bytes.length) {
                    writer.commit(digest, at);
                }
            }
        }
        try (BlobReader reader = store.open(digest)) {
            assertThat(reader.readAllBytes()).as("seed %d", seed).isEqualTo(bytes);
        }
        assertThat(StoreCheck.run(store, 2)).isEqualTo(new StoreCheck.Result(1, bytes.length, java.util.List.of()));
    }
}
