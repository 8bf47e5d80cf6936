package dev.gantry.images.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.image.Images.InUse;
import dev.gantry.images.image.Images.Removal.Deleted;
import dev.gantry.images.image.Images.Removal.Untagged;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.testing.FakeRegistry;
import dev.gantry.images.testing.Fixture;
import dev.gantry.images.testing.TestArchive;
import dev.gantry.images.testing.TestImage;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RemoveTest {
    @TempDir
    Path directory;

    private final TestImage image = TestImage.of("base", "top");
    private final ContainerId container = ContainerId.random(new Random(3));
    private Fixture fixture;
    private LocalImages images;

    @BeforeEach
    void open() {
        fixture = new Fixture(directory);
        images = fixture.images;
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void load(TestImage image, String... names) {
        images.load(new ByteArrayInputStream(TestArchive.docker(image, names)), ProgressListener.SILENT);
    }

    @Test
    void theLastNameTakesTheImageWithIt() {
        load(image, "app:1");
        List<Images.Removal> removals = images.remove("app:1", false, InUse.NOBODY);
        assertThat(removals)
                .startsWith(new Untagged("app:1"), new Deleted(image.config()))
                .hasSize(4);
        assertThat(fixture.isEmpty()).isTrue();
        assertThatThrownBy(() -> images.remove("app:1", false, InUse.NOBODY))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("no such image: app:1");
    }

    @Test
    void anImageForAnotherPlatformThatThisOneCouldRunIsNotMeant() {
        load(image, "app:1");
        for (String other : List.of("linux/amd64/v3", "linux/arm64", "windows/amd64")) {
            assertThatThrownBy(() -> images.remove("app:1", Optional.of(Platform.parse(other)), true, InUse.NOBODY))
                    .isInstanceOf(NotFound.class)
                    .hasMessageContaining("does not provide the specified platform (" + other + ")");
        }
        assertThat(images.remove("app:1", Optional.of(Platform.parse("linux/amd64/v1")), false, InUse.NOBODY))
                .startsWith(new Untagged("app:1"), new Deleted(image.config()));
    }

    @Test
    void oneOfAnotherPlatformIsNotSaidToBeRemovedWhereItsNameMeansThisOne() {
        String host = Platform.host().architecture();
        Map<String, TestImage> all = new LinkedHashMap<>();
        all.put(host, TestImage.on(host, "mine"));
        all.put("s390x", TestImage.on("s390x", "other"));
        byte[] index = TestImage.index(all);
        Map<String, byte[]> files = new LinkedHashMap<>(TestArchive.layoutFiles(
                all.get(host),
                TestImage.descriptor(TestImage.INDEX, index),
                "{\"org.opencontainers.image.ref.name\":\"app:1\"}"));
        files.put("blobs/sha256/" + TestImage.digest(index).hex(), index);
        all.get("s390x").blobs().forEach((digest, blob) -> files.put("blobs/sha256/" + digest.hex(), blob));
        images.load(new ByteArrayInputStream(TestImage.tar(files)), ProgressListener.SILENT);
        String other = all.get("s390x").config().hex();
        assertThat(images.resolve(other).id().digest().hex()).as("it is here").isEqualTo(other);
        assertThatThrownBy(() -> images.remove(other, true, InUse.NOBODY))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("under one name");
        assertThat(images.resolve(other).id().digest().hex()).isEqualTo(other);
        assertThat(images.remove("app:1", true, InUse.NOBODY)).startsWith(new Untagged("app:1"));
        assertThat(fixture.isEmpty()).isTrue();
    }

    @Test
    void oneOfTwoNamesIsOnlyTakenOff() {
        load(image, "app:1");
        images.tag("app:1", (Reference.Tagged) Reference.parse("other:2"));
        assertThat(images.remove("app:1", false, InUse.NOBODY)).containsExactly(new Untagged("app:1"));
        assertThat(images.resolve("other:2").id().digest()).isEqualTo(image.config());
    }

    @Test
    void theDigestThatCameWithATagGoesWithIt() {
        try (FakeRegistry registry = new FakeRegistry()) {
            registry.push("1", image);
            fixture.pull(registry.reference("app:1"));
            String name = registry.domain() + "/app";
            assertThat(images.remove(name + ":1", false, InUse.NOBODY))
                    .contains(
                            new Untagged(name + ":1"),
                            new Untagged(name + "@" + image.manifest()),
                            new Deleted(image.config()));
        }
        assertThat(fixture.isEmpty()).isTrue();
    }

    @Test
    void anIdWithSeveralNamesNeedsForce() {
        load(image, "app:1", "other:2");
        String id = image.config().hex().substring(0, 12);
        assertThatThrownBy(() -> images.remove(id, false, InUse.NOBODY))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("(must be forced) - image is referenced in multiple repositories");
        assertThat(images.remove(id, true, InUse.NOBODY))
                .contains(new Untagged("app:1"), new Untagged("other:2"), new Deleted(image.config()));
        assertThat(fixture.isEmpty()).isTrue();
    }

    @Test
    void anImageInUseIsAConflictInDockersWords() {
        load(image, "app:1");
        InUse stopped = _ -> List.of(new InUse.User(container, false));
        InUse running = _ -> List.of(new InUse.User(container, true));
        String id = image.config().toString();
        assertThatThrownBy(() -> images.remove("app:1", false, stopped))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining(
                        "conflict: unable to remove repository reference \"app:1\" (must force) - container "
                                + container.shortHex() + " is using its referenced image "
                                + image.config().shortHex());
        assertThatThrownBy(() -> images.remove(id, false, stopped))
                .hasMessageContaining("(must be forced) - image is being used by stopped container");
        assertThatThrownBy(() -> images.remove(id, true, running))
                .hasMessageContaining("(cannot be forced) - image is being used by running container");
        assertThat(images.remove("app:1", true, running)).containsExactly(new Untagged("app:1"));
        assertThat(images.list())
                .singleElement()
                .satisfies(r -> assertThat(r.repoTags()).isEmpty());
    }

    @Test
    void theLayersOfAContainerOutliveItsImage() {
        load(image, "app:1");
        Image resolved = images.resolve("app:1");
        images.prepare(container, resolved);
        images.remove("app:1", true, _ -> List.of(new InUse.User(container, false)));
        assertThat(images.list()).isEmpty();
        assertThat(((Image.Source.Layers) resolved.source()).chains()).allMatch(fixture.snapshots::contains);
        images.release(container);
        images.collectGarbage();
        assertThat(fixture.isEmpty()).isTrue();
    }

    @Test
    void aNameThatMovesLeavesTheOldImageWithoutOne() {
        load(image, "app:1");
        TestImage newer = TestImage.of("base", "newer");
        load(newer, "app:1");
        assertThat(images.list()).hasSize(2);
        assertThat(images.resolve("app:1").id().digest()).isEqualTo(newer.config());
        assertThat(images.resolve(image.config().toString()).id().digest()).isEqualTo(image.config());
        assertThat(images.remove(image.config().hex().substring(0, 8), false, InUse.NOBODY))
                .contains(new Deleted(image.config()))
                .noneMatch(Untagged.class::isInstance);
        assertThat(images.resolve("app:1").config().cmd())
                .as("the shared layer is still there")
                .containsExactly("sh");
        assertThat(((Image.Source.Layers) images.resolve("app:1").source()).chains())
                .allMatch(fixture.snapshots::contains);
    }

    @Test
    void theNameOfADamagedImageCanBeTakenOff() {
        load(image, "app:1");
        fixture.content.delete(image.config());
        LocalImages later = fixture.reopened();
        assertThatThrownBy(() -> later.resolve("app:1")).isInstanceOf(NotFound.class);
        assertThat(later.list()).isEmpty();
        assertThat(later.remove("app:1", false, InUse.NOBODY)).containsExactly(new Untagged("app:1"));
        later.collectGarbage();
        assertThat(fixture.isEmpty()).isTrue();
    }

    @Test
    void aPrefixOfSeveralIdsIsRefused() {
        load(image, "app:1");
        List<TestImage> more = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            TestImage one = TestImage.of("image " + i);
            load(one, "more:" + i);
            more.add(one);
        }
        String shared = null;
        for (TestImage a : more) {
            for (TestImage b : more) {
                if (a != b && a.config().hex().charAt(0) == b.config().hex().charAt(0)) {
                    shared = a.config().hex().substring(0, 1);
                }
            }
        }
        String prefix = "sha256:" + shared;
        assertThatThrownBy(() -> images.resolve(prefix))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("give more digits");
    }

    @Test
    void concurrentPullsLoadsAndRemovesNeverLoseABlobThatIsNamed() throws Exception {
        TestImage a = TestImage.of("shared", "a");
        TestImage b = TestImage.of("shared", "b");
        try (FakeRegistry registry = new FakeRegistry()) {
            registry.push("a", a);
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            load(a, "kept:1");
            List<Runnable> work = List.of(
                    () -> fixture.pull(registry.reference("app:a")),
                    () -> load(b, "b:1"),
                    () -> removeIfThere(registry.domain() + "/app:a"),
                    () -> removeIfThere("b:1"),
                    () -> images.collectGarbage(),
                    () -> assertComplete("kept:1", a));
            List<Thread> threads = work.stream()
                    .map(r -> Thread.ofPlatform()
                            .uncaughtExceptionHandler((_, e) -> failures.add(e))
                            .start(() -> {
                                for (int i = 0; i < 60 && failures.isEmpty(); i++) {
                                    r.run();
                                    images.list();
                                }
                            }))
                    .toList();
            for (Thread t : threads) {
                t.join();
            }
            assertThat(failures).isEmpty();
            assertComplete("kept:1", a);
            fixture.pull(registry.reference("app:a"));
            load(b, "b:1");
            assertComplete(registry.domain() + "/app:a", a);
            assertComplete("b:1", b);
        }
    }

    private void assertComplete(String name, TestImage expected) {
        Image found = images.resolve(name);
        assertThat(found.id().digest()).isEqualTo(expected.config());
        images.save(List.of(name), OutputStream.nullOutputStream());
        assertThat(((Image.Source.Layers) found.source()).chains()).allMatch(fixture.snapshots::contains);
    }

    private void removeIfThere(String name) {
        try {
            images.remove(name, true, InUse.NOBODY);
        } catch (NotFound _) {
            // Another thread was faster.
        }
    }
}
