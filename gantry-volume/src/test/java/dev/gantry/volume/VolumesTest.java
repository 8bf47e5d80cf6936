package dev.gantry.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.RecordingKernel;
import dev.gantry.linux.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The store over a table in memory: what was begun and not finished.
class VolumesTest {
    @TempDir
    Path dir;

    private final InMemoryVolumeTable table = new InMemoryVolumeTable();

    private Volumes open() {
        Volumes volumes = Volumes.open(Linux.host(), dir.resolve("v"), table, Clock.systemUTC(), new Random(1));
        volumes.settle();
        return volumes;
    }

    private String file(String name) throws IOException {
        return Files.readString(dir.resolve("v").resolve(name).resolve("_data/f"));
    }

    private Volume made(String name) throws IOException {
        try (Volumes volumes = open()) {
            Volume v = volumes.create(VolumeRequest.named(name));
            Files.writeString(volumes.mountpoint(name).resolve("f"), name);
            return v;
        }
    }

    @Test
    void aRemovalThatWasBegunIsFinished() throws IOException {
        Volume v = made("data");
        table.update(v.with(Volume.REMOVING));
        try (Volumes volumes = open()) {
            assertThat(volumes.list()).isEmpty();
        }
        assertThat(table.load()).isEmpty();
        assertThat(dir.resolve("v")).isEmptyDirectory();
    }

    @Test
    void aRenameThatWasBegunIsFinishedWhereverItStopped() throws IOException {
        Volume v = made("old");
        table.rename("old", v.named("fresh", Volume.FROM + "old"));
        try (Volumes volumes = open()) {
            assertThat(volumes.list()).extracting(Volume::name).containsExactly("fresh");
        }
        assertThat(file("fresh")).isEqualTo("old");
        table.update(table.load().getFirst().with(Volume.FROM + "old"));
        try (Volumes volumes = open()) {
            assertThat(volumes.find("fresh").orElseThrow().intent()).isEmpty();
        }
        assertThat(file("fresh")).isEqualTo("old");
    }

    @Test
    void aRowWithoutItsDirectorySaysSoWhenItIsUsed() throws IOException {
        made("data");
        Linux.host().trees().delete(dir.resolve("v/data").toString());
        try (Volumes volumes = open()) {
            assertThatThrownBy(() -> volumes.mount("data", "me"))
                    .isInstanceOf(NotFound.class)
                    .hasMessageContaining("is gone");
            volumes.remove("data");
        }
        assertThat(table.load()).isEmpty();
    }

    @Test
    void usersHoldAVolumeUntilTheLastOneLetsGo() {
        try (Volumes volumes = open()) {
            volumes.hold(VolumeRequest.named("data"), "a");
            volumes.hold(VolumeRequest.named("data"), "b");
            volumes.letGo("data", "a");
            assertThatThrownBy(() -> volumes.remove("data"))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("volume is in use - [b]");
            volumes.letGo("data", "b");
            volumes.remove("data");
            assertThatThrownBy(() -> volumes.remove("data")).isInstanceOf(NotFound.class);
        }
    }

    @Test
    void whoHadItMountedWhileItWasCopiedMayHaveChangedItSince() throws IOException {
        try (Volumes volumes = open()) {
            volumes.create(VolumeRequest.named("data"));
            volumes.mount("data", "a");
            try (var copy = volumes.copies().moment("data", (_, work) -> work.accept(() -> {}))) {
                Files.writeString(volumes.mountpoint("data").resolve("f"), "later");
                volumes.unmount("data", "a");
                assertThatThrownBy(() -> volumes.removeUnchanged("data", copy.lastUse()))
                        .isInstanceOf(Conflict.class)
                        .hasMessageContaining("since it was copied");
            }
            assertThat(file("data")).isEqualTo("later");
        }
    }

    @Test
    void aCopyOfAnotherRunIsNotTakenForTheVolume() throws IOException {
        made("data");
        try (Volumes volumes = open()) {
            assertThatThrownBy(() -> volumes.removeUnchanged("data", 0)).isInstanceOf(Conflict.class);
            try (var copy = volumes.copies().moment("data", (_, work) -> work.accept(() -> {}))) {
                volumes.removeUnchanged("data", copy.lastUse());
            }
        }
    }

    @Test
    void aRestoreDoesNotReplaceWhatWasWrittenMeanwhile() throws IOException {
        made("data");
        try (Volumes volumes = open()) {
            assertThatThrownBy(() -> volumes.copies().restore(VolumeRequest.named("data"), false, _ -> {
                        volumes.mount("data", "a");
                        assertThatCode(() -> Files.writeString(dir.resolve("v/data/_data/f"), "later"))
                                .doesNotThrowAnyException();
                        volumes.unmount("data", "a");
                    }))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("another used or removed it meanwhile");
            assertThat(file("data")).isEqualTo("later");
        }
    }

    @Test
    void optionsAreReadOnce() {
        assertThat(LocalOptions.parse(Map.of())).isEqualTo(new LocalOptions.Plain());
        assertThat(LocalOptions.parse(Map.of("size", "1m", "backing", "project")))
                .isEqualTo(new LocalOptions.Limited(1 << 20));
        assertThatThrownBy(() -> LocalOptions.parse(Map.of("backing", "project")))
                .hasMessageContaining("missing required option: \"size\"");
        assertThat(LocalOptions.parse(Map.of("size", "1.5g"))).isEqualTo(new LocalOptions.Image(3L << 29, "ext4"));
        assertThat(LocalOptions.parse(Map.of("type", "nfs", "device", ":/x", "o", "addr=127.0.0.1,ro")))
                .isEqualTo(new LocalOptions.Mounted("nfs", ":/x", List.of("addr=127.0.0.1", "ro")));
        var flags = LocalOptions.Flags.of(List.of("ro", "noexec", "exec", "rshared", "vers=4"));
        assertThat(flags).isEqualTo(new LocalOptions.Flags(1, 0x104000, "vers=4"));
        assertThat(LocalOptions.resolved("nfs4", "addr=localhost,vers=4")).matches("addr=[0-9a-f:.]+,vers=4");
        assertThat(LocalOptions.resolved("tmpfs", "addr=localhost")).isEqualTo("addr=localhost");
    }

    /// It keeps its output open, as one that hangs does.
    @Test
    void aProgramThatMakesNoEndOfAFileSystemIsNotWaitedForForEver() throws IOException {
        Path hangs = Files.writeString(dir.resolve("mkfs"), "#!/bin/sh\nexec sleep 1000\n");
        assertThat(hangs.toFile().setExecutable(true)).isTrue();
        var images = new ImageFiles(Linux.host(), Duration.ofMillis(200), _ -> hangs.toString());
        try (Fd directory = Linux.host().files().openDirectory(dir.toString())) {
            assertThatThrownBy(() -> images.make(new LocalOptions.Image(1 << 20, "ext4"), directory))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("does not end within");
        }
    }

    /// The kernels that this is tested on have no project quotas: there it is refused, and nothing is left.
    @Test
    void aLimitWithoutProjectQuotasIsRefused() {
        var wanted = new VolumeRequest("data", Map.of(), Map.of("size", "1m", "backing", "project"));
        try (Volumes volumes = open()) {
            volumes.create(wanted);
            volumes.remove("data");
        } catch (Unsupported none) {
            assertThat(none).hasMessageContaining("the file system of the data root has no project quotas");
        }
        assertThat(dir.resolve("v")).isEmptyDirectory();
    }

    @Test
    void aLimitIsSetBeforeTheDirectoryIsEntered() {
        var kernel = new RecordingKernel().fail(Sys.QUOTACTL_FD, Errno.ENOENT);
        var projects = new Projects(Linux.over(kernel), new Random(1));
        try (Fd data = Fd.own(kernel, 7)) {
            projects.limit(data, 1 << 20);
            assertThat(kernel.lines())
                    .map(line -> line.replaceAll(", [0-9]+\\)", ", N)"))
                    .containsExactly(
                            "quotactl_fd(7, 0x580302, N)",
                            "quotactl_fd(7, 0x580402, N)",
                            "ioctl(7, 0x801c581f)",
                            "ioctl(7, 0x401c5820)");
            assertThat(kernel.lines().get(1)).isEqualTo(kernel.lines().get(0).replace("0x580302", "0x580402"));
        }
    }
}
