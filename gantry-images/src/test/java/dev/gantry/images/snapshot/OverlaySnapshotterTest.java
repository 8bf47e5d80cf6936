package dev.gantry.images.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Linux;
import dev.gantry.linux.RecordingKernel;
import dev.gantry.linux.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class OverlaySnapshotterTest extends SnapshotterContract {
    @Override
    Snapshotter open(Path root) {
        return new OverlaySnapshotter(Linux.host(), root);
    }

    @Test
    void whatAnEarlierProcessLeftHalfUnpackedIsRemovedAtTheStart() throws IOException {
        var stage = snapshots.stage(BASE);
        Files.writeString(stage.directory().resolve("f"), "x");
        open(dir.resolve("snapshots"));
        assertThat(stage.directory()).doesNotExist();
        assertThat(dir.resolve("snapshots/stage")).isEmptyDirectory();
    }

    @Test
    void aContainerBeginsWithNothingOfItsOwn() throws IOException {
        unpack(BASE, "base");
        RootFs.Overlay made = (RootFs.Overlay) snapshots.prepare(WEB, List.of(BASE));
        assertThat(made.upper()).isEmptyDirectory();
        assertThat(made.work()).isEmptyDirectory();
    }

    @Test
    void aLayerIsSyncedBeforeItGetsItsName() {
        var kernel = new RecordingKernel();
        var twin = new OverlaySnapshotter(Linux.over(kernel), Path.of("/srv/snapshots"));
        try (var stage = twin.stage(BASE)) {
            stage.commit(7);
        }
        List<String> order = kernel.lines().stream()
                .filter(l -> l.matches("(syncfs|renameat2|fsync)\\(.*"))
                .map(l -> l.substring(0, l.indexOf('(')))
                .toList();
        assertThat(order).containsExactly("syncfs", "renameat2", "fsync");
    }

    private void written(ChainId chain) throws IOException {
        RootFs.Overlay made = (RootFs.Overlay) snapshots.prepare(WEB, List.of(BASE));
        Files.writeString(made.upper().resolve("written"), "abc");
        snapshots.keep(WEB, chain, 3);
        snapshots.remove(WEB);
    }

    @Test
    void whatIsKeptIsALayerAtOnceAndStaysWhenItIsSettled() throws IOException {
        unpack(BASE, "base");
        written(TOP);
        assertThat(snapshots.contains(TOP)).isTrue();
        assertThat(snapshots.contentBytes(TOP)).isEqualTo(3);
        snapshots.settle();
        snapshots.settle();
        assertThat(snapshots.contentBytes(TOP)).isEqualTo(3);
        Snapshotter next = open(dir.resolve("snapshots"));
        assertThat(next.layers()).containsExactlyInAnyOrder(BASE, TOP);
        assertThat(next.contentBytes(TOP)).isEqualTo(3);
        RootFs above = next.prepare(OTHER, List.of(TOP, BASE));
        assertThat(above.lowers().getFirst().resolve("written")).hasContent("abc");
    }

    @Test
    void whatIsKeptAndNotSettledIsNoLayerOfTheNextProcess() throws IOException {
        unpack(BASE, "base");
        written(TOP);
        assertThat(open(dir.resolve("snapshots")).layers()).containsExactly(BASE);
    }

    @Test
    void whereNothingIsKeptSettlingSyncsNothing() {
        var kernel = new RecordingKernel();
        var twin = new OverlaySnapshotter(Linux.over(kernel), Path.of("/srv/snapshots"));
        twin.settle();
        assertThat(kernel.lines()).noneMatch(l -> l.contains("sync"));
    }

    @Test
    void preparingAContainerSyncsNothing() {
        var kernel = new RecordingKernel();
        var twin = new OverlaySnapshotter(Linux.over(kernel), Path.of("/srv/snapshots"));
        int before = kernel.lines().size();
        twin.prepare(WEB, List.of(BASE));
        List<String> calls = kernel.lines().subList(before, kernel.lines().size());
        assertThat(calls).noneMatch(l -> l.contains("sync")).hasSizeLessThan(10);
        assertThat(calls).filteredOn(l -> l.startsWith(Sys.MKDIRAT.callName())).hasSize(3);
    }

    @Test
    void theKernelMountsWhatIsPreparedAlsoForgettablyAndTwice() throws Exception {
        Assumptions.assumeTrue(Linux.host().processes().effectiveUid() == 0, "only root mounts an overlay");
        unpack(BASE, "base");
        RootFs.Overlay made =
                (RootFs.Overlay) snapshots.prepare(WEB, List.of(BASE)).forgettable();
        assertThat(mounted(made)).contains("base");
        snapshots.allowRemount(WEB);
        assertThat(mounted(made)).contains("base");
        snapshots.remove(WEB);
    }

    /// In a mount namespace of its own, which takes the mount along when it ends.
    private String mounted(RootFs.Overlay root) throws Exception {
        Path target = Files.createDirectories(dir.resolve("merged"));
        String options = "lowerdir=" + root.lowers().getFirst() + ",upperdir=" + root.upper() + ",workdir="
                + root.work() + "," + String.join(",", root.options());
        Process process = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "sh",
                        "-c",
                        "mount -t overlay gantry -o \"$1\" \"$2\" && ls \"$2\" && echo hi > \"$2/new\"",
                        "sh",
                        options,
                        target.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
