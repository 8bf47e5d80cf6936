package dev.gantry.images.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.testing.Fixture;
import dev.gantry.images.testing.TestArchive;
import dev.gantry.images.testing.TestImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LoadTest {
    @TempDir
    Path directory;

    private final TestImage image = TestImage.of("base", "top");
    private Fixture fixture;

    @BeforeEach
    void open() {
        fixture = new Fixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<Images.Loaded> load(byte[] archive) {
        return fixture.images.load(new ByteArrayInputStream(archive), fixture.events::add);
    }

    private static Reference.Tagged name(String text) {
        return (Reference.Tagged) Reference.parse(text);
    }

    @Test
    void aDockerArchiveIsLoadedWithItsNames() throws Exception {
        assertThat(load(TestArchive.docker(image, "app:1", "localhost:5000/x/y:z")))
                .containsExactly(new Images.Loaded(
                        new Image.Id(image.config()), List.of(name("app:1"), name("localhost:5000/x/y:z"))));
        Image found = fixture.images.resolve("app:1");
        var chains = ((Image.Source.Layers) found.source()).chains();
        assertThat(Files.readString(
                        fixture.snapshots.directory(chains.getFirst()).resolve("file1")))
                .isEqualTo("top");
        assertThat(fixture.events).contains(new ProgressEvent.Named(name("app:1"), image.config()));
        assertThat(fixture.content.list())
                .as("configuration, manifest and two layers; nothing of the rest after a collection")
                .satisfies(_ -> {
                    fixture.images.collectGarbage();
                    assertThat(fixture.content.list()).hasSize(4);
                });
    }

    @Test
    void aLayoutKeepsItsDigests() {
        load(
                TestImage.tar(
                        TestArchive.layoutFiles(
                                image,
                                "{\"io.containerd.image.name\":\"docker.io/library/app:1\",\"org.opencontainers.image.ref.name\":\"1\"}")));
        assertThat(fixture.images.list()).singleElement().satisfies(r -> {
            assertThat(r.target()).isEqualTo(image.manifest());
            assertThat(r.repoTags()).containsExactly("app:1");
        });
        assertThat(fixture.images.inspect("app:1").configJson())
                .isEqualTo(image.blobs().get(image.config()));
    }

    @ParameterizedTest
    @CsvSource({"latest,", "1.0,", "v3,", "debian, debian:latest", "debian:12, debian:12", "q.io/a/b, q.io/a/b:latest"})
    void theRefNameOfALayoutIsANameWhenItLooksLikeOne(String refName, String expected) {
        load(TestImage.tar(
                TestArchive.layoutFiles(image, "{\"org.opencontainers.image.ref.name\":\"" + refName + "\"}")));
        assertThat(fixture.images.list())
                .singleElement()
                .satisfies(r -> assertThat(r.repoTags()).isEqualTo(expected == null ? List.of() : List.of(expected)));
    }

    @Test
    void compressedArchivesAreRead() {
        byte[] plain = TestArchive.docker(image, "app:1");
        load(TestImage.gzip(plain));
        load(Zstd.compress(plain));
        assertThat(fixture.images.list()).hasSize(1);
    }

    @Test
    void theOrderOfTheEntriesDoesNotMatter() {
        Map<String, byte[]> reversed = new LinkedHashMap<>();
        new LinkedHashMap<>(TestArchive.dockerFiles(image, "app:1"))
                .sequencedEntrySet()
                .reversed()
                .forEach(e -> reversed.put("./" + e.getKey(), e.getValue()));
        load(TestImage.tar(reversed));
        assertThat(fixture.images.resolve("app:1").id().digest()).isEqualTo(image.config());
    }

    @Test
    void anIndexInsideALayoutIsKeptAndThisPlatformTaken() {
        String host = Platform.host().architecture();
        Map<String, TestImage> all = new LinkedHashMap<>();
        all.put("s390x", TestImage.on("s390x", "other"));
        all.put(host, TestImage.on(host, "mine"));
        byte[] index = TestImage.index(all);
        Map<String, byte[]> files = new LinkedHashMap<>(TestArchive.layoutFiles(
                all.get(host),
                TestImage.descriptor(TestImage.INDEX, index),
                "{\"org.opencontainers.image.ref.name\":\"app:1\"}"));
        files.put("blobs/sha256/" + TestImage.digest(index).hex(), index);
        load(TestImage.tar(files));
        assertThat(fixture.images.resolve("app:1").id().digest())
                .isEqualTo(all.get(host).config());
        assertThat(fixture.images.list().getFirst().target()).isEqualTo(TestImage.digest(index));

        var saved = new ByteArrayOutputStream();
        fixture.images.save(List.of("app:1"), saved);
        fixture.images.remove("app:1", true, Images.InUse.NOBODY);
        assertThat(fixture.isEmpty()).isTrue();
        load(saved.toByteArray());
        assertThat(fixture.images.list().getFirst().target()).isEqualTo(TestImage.digest(index));
    }

    @Test
    void whatIsSavedIsLoadedAgainWithTheSameDigestsAndNames() {
        load(TestImage.tar(TestArchive.layoutFiles(image, "{\"io.containerd.image.name\":\"app:1\"}")));
        fixture.images.tag("app:1", name("other/name:2"));
        TestImage second = TestImage.of("second");
        load(TestArchive.docker(second));
        var saved = new ByteArrayOutputStream();
        String id = second.config().hex().substring(0, 12);
        fixture.images.save(List.of("app:1", "other/name:2", id), saved);
        var again = new ByteArrayOutputStream();
        fixture.images.save(List.of("app:1", "other/name:2", id), again);
        assertThat(again.toByteArray()).as("the same bytes each time").isEqualTo(saved.toByteArray());

        fixture.images.remove("app:1", true, Images.InUse.NOBODY);
        fixture.images.remove("other/name:2", true, Images.InUse.NOBODY);
        fixture.images.remove(id, true, Images.InUse.NOBODY);
        assertThat(fixture.isEmpty()).isTrue();
        assertThat(load(saved.toByteArray()))
                .containsExactly(
                        new Images.Loaded(new Image.Id(image.config()), List.of(name("app:1"), name("other/name:2"))),
                        new Images.Loaded(new Image.Id(second.config()), List.of()));
        assertThat(fixture.images.resolve("other/name@" + image.manifest()).id().digest())
                .isEqualTo(image.config());
    }

    @Test
    void aTruncatedArchiveIsRefusedWhereverItEndsAndLeavesNothing() {
        byte[] archive = TestArchive.docker(image, "app:1");
        byte[] gzip = TestImage.gzip(archive);
        // Without its end mark it is whole all the same: some writers leave that out.
        int end = archive.length;
        while (archive[end - 1] == 0) {
            end--;
        }
        end = (end + 511) / 512 * 512;
        for (int length : List.of(0, 100, 512, 513, 5000, archive.length / 2, end - 1024, end - 1)) {
            assertRefused(Arrays.copyOf(archive, length));
        }
        for (int length : List.of(5, gzip.length / 2, gzip.length - 4)) {
            assertRefused(Arrays.copyOf(gzip, length));
        }
    }

    @Test
    void aFlippedByteIsRefusedWhereverItIsAndLeavesNothing() {
        byte[] layout = TestImage.tar(TestArchive.layoutFiles(image, "{\"io.containerd.image.name\":\"app:1\"}"));
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            byte[] bad = layout.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            try {
                load(bad);
            } catch (GantryException e) {
                assertThat(fixture.isEmpty())
                        .as("seed %d, byte %d: %s", seed, at, e)
                        .isTrue();
                continue;
            }
            // Padding, an unused header field, or a name: the image itself is what it was.
            List<ImageSummary> rows = fixture.images.list();
            assertThat(rows).as("seed %d, byte %d", seed, at).hasSize(1);
            assertThat(rows.getFirst().id().digest()).isEqualTo(image.config());
            fixture.images.remove(image.config().toString(), true, Images.InUse.NOBODY);
        }
    }

    @Test
    void noiseIsRefusedAndNeverAnotherException() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] good = TestArchive.docker(TestImage.of("x"), "app:1");
        for (int i = 0; i < 200; i++) {
            byte[] noise = Arrays.copyOf(good, 4096 + random.nextInt(4096));
            for (int n = random.nextInt(30); n >= 0; n--) {
                noise[random.nextInt(1024)] = (byte) random.nextInt(256);
            }
            try {
                load(noise);
            } catch (GantryException _) {
                continue;
            }
            throw new AssertionError("loaded noise, seed " + seed);
        }
    }

    @Test
    void aMissingBlobIsNamed() {
        Map<String, byte[]> files =
                new LinkedHashMap<>(TestArchive.layoutFiles(image, "{\"io.containerd.image.name\":\"app:1\"}"));
        files.remove("blobs/sha256/" + image.layers().getLast().hex());
        assertThatThrownBy(() -> load(TestImage.tar(files)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("it does not hold layer " + image.layers().getLast());
        Map<String, byte[]> docker = new LinkedHashMap<>(TestArchive.dockerFiles(image, "app:1"));
        docker.remove(image.layers().getFirst().hex() + "/layer.tar");
        assertThatThrownBy(() -> load(TestImage.tar(docker)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining(image.layers().getFirst().hex() + "/layer.tar, which its manifest.json names");
        assertThatThrownBy(() -> load(TestImage.tar(Map.of("README", new byte[10]))))
                .hasMessageContaining("neither an index.json nor a manifest.json");
        assertThat(fixture.isEmpty()).isTrue();
    }

    @Test
    void layersThatDoNotMatchTheConfigurationAreRefused() {
        Map<String, byte[]> docker = new LinkedHashMap<>(TestArchive.dockerFiles(image, "app:1"));
        docker.put(
                image.layers().getFirst().hex() + "/layer.tar", TestImage.tar(Map.of("evil", TestImage.utf8("evil"))));
        assertThatThrownBy(() -> load(TestImage.tar(docker)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("and the configuration says");
        assertThat(fixture.isEmpty()).isTrue();
    }

    @Test
    void anImportedRootHasOneLayerAndTheChangesThatWereAsked() {
        byte[] tar = TestImage.tar(Map.of("etc/os-release", TestImage.utf8("ID=test\n")));
        Image imported = fixture.images.importRootfs(
                new ByteArrayInputStream(TestImage.gzip(tar)),
                new Images.ImportOptions(
                        List.of(name("mine:1")),
                        List.of(
                                "CMD [\"sh\", \"-c\", \"echo hi\"]",
                                "entrypoint /bin/run it",
                                "ENV A=1 B=\"two words\"",
                                "ENV OLD the old form",
                                "WORKDIR /srv",
                                "WORKDIR sub",
                                "USER 1000:1000",
                                "LABEL x=y",
                                "EXPOSE 80 53/UDP",
                                "VOLUME /data /more",
                                "STOPSIGNAL SIGINT",
                                "HEALTHCHECK --interval=1m30s --retries=2 CMD test -e /up"),
                        "from a test",
                        Platform.host()),
                ProgressListener.SILENT);
        assertThat(imported.config())
                .isEqualTo(new Image.Config(
                        List.of("A=1", "B=two words", "OLD=the old form"),
                        List.of("/bin/sh", "-c", "/bin/run it"),
                        List.of("sh", "-c", "echo hi"),
                        "1000:1000",
                        "/srv/sub",
                        "SIGINT",
                        Map.of("x", "y"),
                        List.of("/data", "/more"),
                        List.of("53/udp", "80/tcp"),
                        new Image.Health(List.of("CMD-SHELL", "test -e /up"), 90_000_000_000L, 0, 0, 0, 2)));
        ImageDetails details = fixture.images.inspect("mine:1");
        assertThat(details.diffIds()).containsExactly(TestImage.digest(tar));
        assertThat(details.comment()).isEqualTo("from a test");
        assertThat(details.summary().size()).isEqualTo(8);
        assertThat(details.summary().platform()).isEqualTo(Platform.host());
        assertThatThrownBy(() -> fixture.images.importRootfs(
                        new ByteArrayInputStream(tar),
                        new Images.ImportOptions(List.of(), List.of("FROM x"), "", Platform.host()),
                        ProgressListener.SILENT))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("FROM is not a valid change command");
    }

    @Test
    void inspectSaysWhatTheConfigurationSays() {
        load(TestArchive.docker(image, "app:1"));
        ImageDetails details = fixture.images.inspect("app:1");
        assertThat(details.summary().created()).hasToString("2024-05-06T07:08:09.123456789Z");
        assertThat(details.config().exposedPorts()).containsExactly("80/tcp");
        assertThat(details.diffIds()).hasSize(2);
        assertThat(details.history()).hasSize(2);
        assertThat(details.history().getFirst().size()).isEqualTo(200_004);
        assertThat(details.history().getLast().emptyLayer()).isTrue();
        assertThat(new String(details.configJson())).contains("Healthcheck");
    }

    @Test
    void aDirectoryIsAnImage() throws Exception {
        Path directory = this.directory.toRealPath();
        Image dir = fixture.images.resolve("dir:" + directory);
        assertThat(dir.source()).isEqualTo(new Image.Source.Directory(directory));
        assertThat(fixture.images
                        .prepare(dev.gantry.base.ContainerId.random(new Random(1)), dir)
                        .lowers())
                .containsExactly(directory);
        assertThatThrownBy(() -> fixture.images.resolve("dir:relative")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> fixture.images.resolve("dir:/nowhere/at/all"))
                .hasMessageContaining("is not a directory");
    }

    @Test
    void aLinkToADirectoryIsTheDirectory() throws Exception {
        Path here = Files.createDirectories(directory.resolve("here")).toRealPath();
        Path link = Files.createSymbolicLink(directory.resolve("link"), here);
        assertThat(fixture.images.resolve("dir:" + link)).isEqualTo(fixture.images.resolve("dir:" + here));
        assertThat(fixture.images.resolve("dir:" + link + "/../here/.").source())
                .isEqualTo(new Image.Source.Directory(here));
    }

    private void assertRefused(byte[] archive) {
        assertThatThrownBy(() -> load(archive))
                .as("%d bytes", archive.length)
                .isInstanceOfSatisfying(
                        InvalidArgument.class, e -> assertThat(e.todo()).isNotEmpty());
        assertThat(fixture.isEmpty()).as("%d bytes", archive.length).isTrue();
    }
}
