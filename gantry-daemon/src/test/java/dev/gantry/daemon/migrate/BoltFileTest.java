package dev.gantry.daemon.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoltFileTest {
    private static final int PAGE = 4096;

    static ByteBuffer file(int pages) {
        return ByteBuffer.allocate(pages * PAGE).order(ByteOrder.LITTLE_ENDIAN);
    }

    static void meta(ByteBuffer file, int page, long root, long transaction) {
        int at = page * PAGE;
        file.putShort(at + 8, (short) 4);
        at += 16;
        file.putInt(at, 0xED0CDAED).putInt(at + 4, 2).putInt(at + 8, PAGE).putLong(at + 16, root);
        file.putLong(at + 48, transaction);
        long sum = 0xcbf29ce484222325L;
        for (int i = at; i < at + 56; i++) {
            sum = (sum ^ (file.get(i) & 0xff)) * 0x100000001b3L;
        }
        file.putLong(at + 56, sum);
    }

    /// A leaf with one element; returns where the value begins.
    static void leaf(ByteBuffer file, int at, int flags, String key, byte[] value) {
        file.putShort(at + 8, (short) 2).putShort(at + 10, (short) 1);
        file.putInt(at + 16, flags)
                .putInt(at + 20, 16)
                .putInt(at + 24, key.length())
                .putInt(at + 28, value.length);
        file.put(at + 32, key.getBytes(UTF_8)).put(at + 32 + key.length(), value);
    }

    static byte[] bucketAt(long page) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, page)
                .array();
    }

    private static ByteBuffer sample() {
        ByteBuffer file = file(6);
        meta(file, 0, 2, 8);
        meta(file, 1, 3, 9);
        leaf(file, 2 * PAGE, 1, "volumes", bucketAt(4));
        leaf(file, 3 * PAGE, 1, "volumes", bucketAt(5));
        leaf(file, 4 * PAGE, 0, "old", "1".getBytes(UTF_8));
        leaf(file, 5 * PAGE, 0, "new", "2".getBytes(UTF_8));
        return file;
    }

    private static Map<String, byte[]> read(ByteBuffer file) throws IOException {
        return BoltFile.bucket(file.array(), "volumes");
    }

    @Test
    void theNewerMetaPageNamesTheRootUnlessItWasNotWrittenToItsEnd() throws IOException {
        assertThat(read(sample())).containsOnlyKeys("new");
        ByteBuffer cut = sample();
        cut.putLong(PAGE + 16 + 56, 1);
        assertThat(read(cut)).containsOnlyKeys("old");
        ByteBuffer other = sample();
        other.putLong(16 + 56, 1);
        assertThat(read(other)).containsOnlyKeys("new");
    }

    @Test
    void aSmallBucketIsAPageInThePlaceOfItsValue() throws IOException {
        ByteBuffer inline = file(1);
        leaf(inline, 16, 0, "k", "v".getBytes(UTF_8));
        byte[] value = new byte[16 + 32 + 2];
        inline.get(0, value);
        ByteBuffer file = file(3);
        meta(file, 0, 2, 1);
        leaf(file, 2 * PAGE, 1, "volumes", value);
        assertThat(read(file)).containsOnlyKeys("k");
        assertThat(read(file).get("k")).isEqualTo("v".getBytes(UTF_8));
        assertThat(BoltFile.bucket(file.array(), "other")).isEmpty();
    }

    @Test
    void aBranchLeadsToItsPages() throws IOException {
        ByteBuffer file = sample();
        int at = 3 * PAGE;
        file.putShort(at + 8, (short) 1).putShort(at + 10, (short) 1).putLong(at + 16 + 8, 2);
        assertThat(read(file)).containsOnlyKeys("old");
        file.putLong(at + 16 + 8, 3);
        assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class).hasMessageContaining("circle");
    }

    @Test
    void pagesThatLeadTogetherAgainAreNotVisitedOverAndOver() {
        ByteBuffer file = file(34);
        meta(file, 0, 2, 1);
        for (int page = 2; page < 33; page++) {
            int at = page * PAGE;
            file.putShort(at + 8, (short) 1).putShort(at + 10, (short) 16);
            for (int i = 0; i < 16; i++) {
                file.putLong(at + 16 + i * 16 + 8, page + 1);
            }
        }
        leaf(file, 33 * PAGE, 1, "volumes", bucketAt(33));
        assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class).hasMessageContaining("together");
    }

    @Test
    void whatIsDamagedIsSaidToBeSo() {
        assertThatThrownBy(() -> BoltFile.bucket("no bolt".repeat(1000).getBytes(UTF_8), "volumes"))
                .isInstanceOf(IOException.class);
        var random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            ByteBuffer file = sample();
            for (int j = 0; j < 4; j++) {
                file.put((2 + random.nextInt(4)) * PAGE + random.nextInt(64), (byte) random.nextInt());
            }
            try {
                read(file);
            } catch (IOException said) {
                assertThat(said).hasMessageContaining("it");
            }
        }
    }
}
