package dev.gantry.images.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.base.Unsupported;
import dev.gantry.images.testing.TestImage;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentsTest {
    @ParameterizedTest
    @CsvSource({
        "linux/amd64, linux/amd64, true",
        "linux/arm64/v8, linux/arm64, true",
        "linux/arm64, linux/arm64/v8, true",
        "linux/arm/v6, linux/arm/v7, true",
        "linux/arm/v7, linux/arm/v6, false",
        "linux/amd64/v3, linux/amd64/v2, false",
        "linux/amd64/v2, linux/amd64/v3, true",
        "windows/amd64, linux/amd64, false",
        "unknown/unknown, linux/amd64, false",
    })
    void aPlatformRunsWhereItsArchitectureAndAnOlderVariantDo(String offered, String wanted, boolean runs) {
        assertThat(PlatformMatch.rank(Platform.parse(offered), Platform.parse(wanted))
                        .isPresent())
                .isEqualTo(runs);
    }

    @Test
    void theNearestVariantIsChosen() {
        TestImage image = TestImage.of("x");
        List<Descriptor> entries = List.of("arm/v5", "arm/v7", "arm/v6", "arm64").stream()
                .map(p -> new Descriptor(
                        MediaTypes.OCI_MANIFEST, image.manifest(), 1, List.of(Platform.parse("linux/" + p)), Map.of()))
                .toList();
        var index = new ImageDocument.Index(MediaTypes.OCI_INDEX, entries);
        assertThat(index.choose(Platform.parse("linux/arm/v7"))).contains(entries.get(1));
        assertThat(index.choose(Platform.parse("linux/arm/v6"))).contains(entries.get(2));
        assertThat(index.choose(Platform.parse("linux/arm64/v8"))).contains(entries.get(3));
        assertThat(index.choose(Platform.parse("linux/s390x"))).isEmpty();
    }

    @Test
    void nullsAndAbsenceAreTheSameAsEmpty() {
        ImageConfig config = Documents.config(
                TestImage.utf8(
                        "{\"created\":null,\"config\":{\"Env\":null,\"Volumes\":{\"/v\":null},\"Labels\":{\"a\":null}},"
                                + "\"rootfs\":null,\"history\":null,\"os\":null,\"unknown\":[1,{\"x\":null}]}"),
                "test");
        assertThat(config.run().env()).isEmpty();
        assertThat(config.run().volumes()).containsExactly("/v");
        assertThat(config.run().labels()).containsEntry("a", "");
        assertThat(config.platform().os()).isEqualTo("linux");
        assertThat(Documents.config(TestImage.utf8("{}"), "test").diffIds()).isEmpty();
    }

    @Test
    @Timeout(60)
    void whateverTheBytesAreTheAnswerIsAValueOrAnErrorOfOurs() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        TestImage image = TestImage.of("x", "y");
        List<byte[]> good = List.of(
                image.manifestBytes(),
                image.blobs().get(image.config()),
                TestImage.index(Map.of("amd64", image)),
                TestImage.utf8("[{\"Config\":\"c\",\"RepoTags\":[\"a:b\"],\"Layers\":[\"l\"]}]"));
        String[] pieces = {"null", "[", "]", "{", "}", "\"", "-1", "1e999", "true", ",", ":", "\\u0000", "\\"};
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(
                    new String(good.get(random.nextInt(good.size())), java.nio.charset.StandardCharsets.UTF_8));
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(text.length());
                text.replace(
                        at, Math.min(text.length(), at + random.nextInt(6)), pieces[random.nextInt(pieces.length)]);
            }
            byte[] bytes = TestImage.utf8(text.toString());
            try {
                switch (random.nextInt(3)) {
                    case 0 -> Documents.image(bytes, "", "fuzz");
                    case 1 -> Documents.config(bytes, "fuzz");
                    default -> Documents.archiveEntries(bytes, "fuzz");
                }
            } catch (InvalidArgument | Unsupported _) {
                continue;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
    }
}
