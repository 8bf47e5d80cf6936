package dev.gantry.build.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Digest;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.image.Layers;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CacheRecordTest {
    private static final CacheRecord RECORD = new CacheRecord(
            Digest.sha256Of("key"),
            "RUN make\nall",
            42,
            Instant.parse("2026-01-02T03:04:05Z"),
            List.of(
                    new Result.Root(
                            List.of(new Layers.Layer(
                                    Descriptor.of("application/x", Digest.sha256Of("blob"), 7),
                                    Digest.sha256Of("diff"))),
                            Instant.EPOCH),
                    new Result.Root(List.of(), Instant.EPOCH)));

    @Test
    void whatIsWrittenIsReadBack() {
        assertThat(CacheRecord.parse(RECORD.text())).contains(RECORD);
    }

    @Test
    void whatIsCutIsNoRecord() {
        String text = RECORD.text();
        for (int i = 0; i < text.length() - 1; i++) {
            assertThat(CacheRecord.parse(text.substring(0, i))).isEmpty();
        }
    }
}
