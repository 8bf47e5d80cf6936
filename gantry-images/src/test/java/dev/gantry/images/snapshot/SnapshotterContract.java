package dev.gantry.images.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.NotFound;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every snapshotter promises.
abstract class SnapshotterContract {
    static final ChainId BASE = new ChainId(Digest.sha256("a".repeat(64)));
    static final ChainId TOP = new ChainId(Digest.sha256("b".repeat(64)));
    static final ContainerId WEB = new ContainerId("1".repeat(64));

    static final ContainerId OTHER = new ContainerId("2".repeat(64));

    final Linux linux = Linux.host();

    @TempDir
    Path dir;

    Snapshotter snapshots;

    abstract Snapshotter open(Path root);

    @BeforeEach
    void openFirst() {
        snapshots = open(dir.resolve("snapshots"));
    }

    void unpack(ChainId chain, String file) throws IOException {
        try (var stage = snapshots.stage(chain)) {
            Files.writeString(stage.directory().resolve(file), "x");
            stage.commit(1);
        }
    }

    @Test
    void aLayerIsVisibleAfterItsCommitAndNotBefore() throws IOException {
        try (var stage = snapshots.stage(BASE)) {
            assertThat(stage.directory()).isEmptyDirectory();
            Files.writeString(stage.directory().resolve("f"), "x");
            assertThat(snapshots.contains(BASE)).isFalse();
            assertThat(snapshots.layers()).isEmpty();
            stage.commit(42);
        }
        assertThat(snapshots.contains(BASE)).isTrue();
        assertThat(snapshots.layers()).containsExactly(BASE);
        assertThat(snapshots.contentBytes(BASE)).isEqualTo(42);
        assertThat(snapshots.contentBytes(TOP)).isZero();
    }

    @Test
    void aStageThatIsNotCommittedLeavesNothing() throws IOException {
        Path place;
        try (var stage = snapshots.stage(BASE)) {
            place = stage.directory();
            Files.writeString(place.resolve("f"), "x");
        }
        assertThat(place).doesNotExist();
        assertThat(snapshots.contains(BASE)).isFalse();
    }

    @Test
    void ofTwoStagesOfOneLayerTheFirstCommitWins() throws IOException {
        try (var one = snapshots.stage(BASE);
                var two = snapshots.stage(BASE)) {
            Files.writeString(one.directory().resolve("one"), "x");
            Files.writeString(two.directory().resolve("two"), "x");
            one.commit(1);
            two.commit(1);
        }
        Path fs = snapshots.prepare(WEB, List.of(BASE)).lowers().getFirst();
        assertThat(fs.resolve("one")).exists();
        assertThat(fs.resolve("two")).doesNotExist();
    }

    @Test
    void aContainerStandsOnItsLayersTopmostFirst() throws IOException {
        unpack(BASE, "base");
        unpack(TOP, "top");
        RootFs made = snapshots.prepare(WEB, List.of(TOP, BASE));
        assertThat(made.lowers()).hasSize(2);
        assertThat(made.lowers().get(0).resolve("top")).exists();
        assertThat(made.lowers().get(1).resolve("base")).exists();
        assertThat(seen(made)).containsOnlyOnce("base", "top");
        assertThat(snapshots.containers()).containsExactly(WEB);
        assertThat(snapshots.lowers(WEB)).containsExactly(TOP, BASE);
        assertThat(open(dir.resolve("snapshots")).find(WEB)).contains(made);
        assertThatThrownBy(() -> snapshots.prepare(WEB, List.of(BASE))).isInstanceOf(Conflict.class);
    }

    @Test
    void aContainerStandsOnAPlainDirectoryOfTheHost() throws IOException {
        Path directory = Files.createDirectory(dir.resolve("rootfs"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x--x"));
        RootFs made = snapshots.prepare(WEB, directory);
        assertThat(made.lowers()).containsExactly(directory);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.own())))
                .as("the container's / looks like the directory")
                .isEqualTo("rwxr-x--x");
        assertThat(snapshots.lowers(WEB)).isEmpty();
        assertThat(open(dir.resolve("snapshots")).find(WEB)).contains(made);
    }

    @Test
    void aLayerHidesWhatItSaysOfThoseBelow() throws IOException {
        try (var stage = snapshots.stage(BASE)) {
            Path fs = stage.directory();
            Files.createDirectories(fs.resolve("kept"));
            Files.createDirectories(fs.resolve("emptied/deep"));
            Files.createDirectories(fs.resolve("gone"));
            for (String file : List.of("plain", "kept/a", "kept/b", "emptied/old", "gone/x")) {
                Files.writeString(fs.resolve(file), "below");
            }
            stage.commit(1);
        }
        try (var stage = snapshots.stage(TOP);
                Fd fs = linux.files().openDirectory(stage.directory().toString())) {
            Files.createDirectories(stage.directory().resolve("kept"));
            Files.createDirectories(stage.directory().resolve("emptied"));
            Files.writeString(stage.directory().resolve("emptied/new"), "above");
            Files.writeString(stage.directory().resolve("kept/b"), "above");
            snapshots.flavor().hide(linux, fs, "plain");
            snapshots.flavor().hide(linux, fs, "gone");
            snapshots.flavor().makeOpaque(linux, fs, "emptied");
            stage.commit(1);
        }
        RootFs made = snapshots.prepare(WEB, List.of(TOP, BASE));
        assertThat(seen(made)).containsExactlyInAnyOrder("kept", "emptied");
        try (LayeredRoot root = LayeredRoot.open(linux, made)) {
            assertThat(root.read("kept/a", 10))
                    .hasValueSatisfying(b -> assertThat(b).asString().isEqualTo("below"));
            assertThat(root.read("kept/b", 10))
                    .hasValueSatisfying(b -> assertThat(b).asString().isEqualTo("above"));
            assertThat(root.read("emptied/new", 10)).isPresent();
            assertThat(root.stat("emptied/old")).isEmpty();
            assertThat(root.stat("emptied/deep")).isEmpty();
            assertThat(root.stat("gone/x")).isEmpty();
            assertThat(root.stat("plain")).isEmpty();
        }
    }

    @Test
    void whatAContainerWritesIsItsOwn() throws IOException {
        unpack(BASE, "base");
        RootFs web = snapshots.prepare(WEB, List.of(BASE));
        Files.writeString(web.own().resolve("new"), "x");
        Files.writeString(web.own().resolve("base"), "changed");
        assertThat(seen(web)).containsExactlyInAnyOrder("base", "new");
        RootFs other = snapshots.prepare(OTHER, List.of(BASE));
        assertThat(seen(other)).containsExactly("base");
        try (LayeredRoot root = LayeredRoot.open(linux, other)) {
            assertThat(root.read("base", 10))
                    .hasValueSatisfying(b -> assertThat(b).asString().isEqualTo("x"));
        }
    }

    /// The names in the root.
    private List<String> seen(RootFs root) {
        try (MergedDirectory merged = MergedDirectory.open(linux, root.layers(), root.flavor())) {
            return merged.names();
        }
    }

    @Test
    void anImageWithoutLayersStandsOnNothing() {
        RootFs made = snapshots.prepare(WEB, List.of());
        assertThat(made.lowers()).singleElement().satisfies(l -> assertThat(l).isEmptyDirectory());
        assertThat(snapshots.find(WEB)).contains(made);
        assertThat(snapshots.lowers(WEB)).isEmpty();
    }

    @Test
    void aHundredAndTwentySevenLayersAreRemembered() throws IOException {
        unpack(BASE, "base");
        List<ChainId> many = Collections.nCopies(127, BASE);
        snapshots.prepare(WEB, many);
        assertThat(snapshots.lowers(WEB)).isEqualTo(many);
        try (Stream<Path> files = Files.list(dir.resolve("snapshots/containers/" + WEB.hex()))) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                assertThat(Files.readSymbolicLink(link).toString())
                        .as("ext4 with blocks of 1 KiB keeps no longer ones")
                        .hasSizeLessThan(1024);
            }
        }
    }

    @Test
    void aLayerThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> snapshots.prepare(WEB, List.of(BASE)))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining(BASE.digest().toString());
        assertThat(snapshots.containers()).isEmpty();
    }

    @Test
    void removingLeavesNothingAndIsNoErrorTwice() throws IOException {
        unpack(BASE, "base");
        RootFs made = snapshots.prepare(WEB, List.of(BASE));
        Files.writeString(Files.createDirectories(made.own().resolve("a/b")).resolve("f"), "x");
        snapshots.remove(WEB);
        snapshots.remove(WEB);
        assertThat(made.own()).doesNotExist();
        assertThat(snapshots.containers()).isEmpty();
        assertThat(snapshots.find(WEB)).isEmpty();
        assertThat(made.lowers().getFirst().resolve("base")).exists();
        snapshots.removeLayer(BASE);
        snapshots.removeLayer(BASE);
        assertThat(snapshots.layers()).isEmpty();
    }
}
