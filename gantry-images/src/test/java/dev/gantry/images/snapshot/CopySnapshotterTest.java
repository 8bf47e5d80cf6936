package dev.gantry.images.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Stat;
import dev.gantry.linux.TreeCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CopySnapshotterTest extends SnapshotterContract {
    @Override
    Snapshotter open(Path root) {
        return new CopySnapshotter(linux, root);
    }

    private Stat stat(Path path) {
        try (Fd parent = linux.files().openDirectory(path.getParent().toString())) {
            return linux.attributes().stat(parent, path.getFileName().toString());
        }
    }

    @Test
    void aFileOfTheCopyIsNeverASecondNameOfOneOfALayer() throws IOException {
        try (var stage = snapshots.stage(BASE)) {
            Path one = Files.writeString(stage.directory().resolve("one"), "x");
            Files.createLink(stage.directory().resolve("two"), one);
            stage.commit(1);
        }
        RootFs made = snapshots.prepare(WEB, List.of(BASE));
        Stat below = stat(made.lowers().getFirst().resolve("one"));
        Stat copied = stat(made.own().resolve("one"));
        assertThat(copied.inode()).isNotEqualTo(below.inode());
        assertThat(copied.links())
                .as("both names are one file, and no other is")
                .isEqualTo(2);
        assertThat(stat(made.own().resolve("two")).inode()).isEqualTo(copied.inode());
        assertThat(copied.modified()).isEqualTo(below.modified());
    }

    @Test
    void aDirectoryAboveTheEnginesOwnFilesIsNotCopied() {
        assertThatThrownBy(() -> snapshots.prepare(WEB, dir))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("would be copied");
        assertThat(snapshots.containers()).isEmpty();
    }

    /// A layer with nothing but so many directories in each other.
    private void unpackDeep(ChainId chain, int levels) throws IOException {
        try (var stage = snapshots.stage(chain)) {
            Files.createDirectories(stage.directory().resolve("d/".repeat(levels)));
            stage.commit(1);
        }
    }

    @Test
    void directoriesThatAreTooDeepAreRefusedInWordsAndLeaveNothing() throws IOException {
        unpackDeep(BASE, 300);
        unpackDeep(TOP, 520);
        assertThat(snapshots.prepare(OTHER, List.of(BASE)).own().resolve("d/".repeat(300)))
                .isDirectory();
        assertThatThrownBy(() -> snapshots.prepare(WEB, List.of(TOP, BASE)))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("more than 512 deep");
        assertThat(snapshots.containers()).containsExactly(OTHER);
        snapshots.close();
        linux.trees().delete(dir.resolve("snapshots").toString()); // JUnit takes its time for that
    }

    @Test
    void layersThatWouldNeedTooManyDescriptorsAreRefusedInWords() throws IOException {
        unpackDeep(BASE, 150);
        assertThatThrownBy(() -> snapshots.prepare(WEB, Collections.nCopies(60, BASE)))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("fewer layers");
        assertThat(snapshots.containers()).isEmpty();
        snapshots.close();
        linux.trees().delete(dir.resolve("snapshots").toString());
    }

    @Test
    void whatEndsACopyInAnyWayLeavesNothing() {
        try (var store = new LayerStore(linux, dir.resolve("store"), _ -> OverlayFlavor.FILES)) {
            assertThatThrownBy(() -> store.make(WEB, () -> {
                        throw new StackOverflowError();
                    }))
                    .isInstanceOf(StackOverflowError.class);
            assertThat(store.containers()).isEmpty();
        }
    }

    @Test
    void aDirectoryAboveTheEnginesOwnFilesIsKnownUnderAnyName() throws Exception {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root mounts");
        Path other = Files.createDirectory(dir.resolve("other"));
        run("mount --bind " + dir + " " + other);
        try {
            assertThatThrownBy(() -> snapshots.prepare(WEB, other))
                    .isInstanceOf(Unsupported.class)
                    .hasMessageContaining("would be copied");
        } finally {
            run("umount " + other);
        }
    }

    @Test
    void nothingIsCopiedIntoItself() throws IOException {
        Path into = Files.createDirectories(dir.resolve("from/a/into"));
        try (Fd from = linux.files().openDirectory(dir.resolve("from").toString());
                Fd to = linux.files().openDirectory(into.toString())) {
            assertThatThrownBy(() -> TreeCopy.copy(linux, from, to))
                    .isInstanceOf(Unsupported.class)
                    .hasMessageContaining("a/into");
        }
    }

    @Test
    void aFileOfADirectoryIsNoMarkWhateverItIsCalled() throws IOException {
        Path directory = Files.createDirectory(dir.resolve("rootfs"));
        for (String name : List.of(".wh.a", "a", ".wh..wh..opq")) {
            Files.writeString(directory.resolve(name), "x");
        }
        Path own = snapshots.prepare(WEB, directory).own();
        assertThat(own.toFile().list()).containsExactlyInAnyOrder(".wh.a", "a", ".wh..wh..opq");
    }

    @Test
    void aMountBelowADirectoryIsCopiedAsAnEmptyDirectory() throws IOException {
        Path proc = Path.of("/proc");
        Assumptions.assumeTrue(Files.isDirectory(proc.resolve("self")), "nothing is mounted at /proc");
        try (MergedDirectory root = MergedDirectory.open(linux, List.of(Path.of("/")), OverlayFlavor.FILES)) {
            assertThatThrownBy(() -> root.enter("proc")).hasMessageContaining("EXDEV");
        }
    }

    @Test
    void whereTheFileSystemCanBlocksAreShared() throws Exception {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root mounts");
        Path image = dir.resolve("btrfs");
        Path at = Files.createDirectory(dir.resolve("at"));
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/sbin/mkfs.btrfs")), "mkfs.btrfs is not installed");
        run("truncate -s 160M " + image + " && mkfs.btrfs -q --mixed " + image + " && mount -o loop " + image + " "
                + at);
        try (Snapshotter shared = open(at.resolve("snapshots"))) {
            try (var stage = shared.stage(BASE)) {
                Files.write(stage.directory().resolve("big"), new byte[60 << 20]);
                stage.commit(1);
            }
            shared.prepare(WEB, List.of(BASE));
            shared.prepare(OTHER, List.of(BASE)); // three times 60 MB do not fit
            assertThat(shared.containers()).hasSize(2);
        } finally {
            run("umount " + at);
        }
    }

    private static void run(String script) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }
}
