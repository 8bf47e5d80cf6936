package dev.gantry.images.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
