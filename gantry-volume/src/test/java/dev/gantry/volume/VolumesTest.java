package dev.gantry.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Kernel;
import dev.gantry.linux.Linux;
import dev.gantry.linux.RecordingKernel;
import dev.gantry.linux.Sys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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
    void whatGoesWithItsUserIsRemovedWhereNobodyTellsOfOne() {
        Volume v;
        try (Volumes volumes = open()) {
            v = volumes.hold(VolumeRequest.named(""), "me");
        }
        try (Volumes volumes = Volumes.open(Linux.host(), dir.resolve("v"), table, Clock.systemUTC(), new Random(1))) {
            volumes.held(v.name(), "me");
            volumes.settle();
            assertThat(volumes.list()).containsExactly(v);
            volumes.goesWith(v.name(), "me", false);
        }
        try (Volumes volumes = open()) {
            volumes.held(v.name(), "me");
            volumes.held(v.name(), "other");
            volumes.goesWith(v.name(), "me", true);
        }
        try (Volumes volumes = open()) {
            volumes.held(v.name(), "me");
            volumes.goesWith(v.name(), "me", true);
        }
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

    /// Each call that makes a change durable or writes the document fails once, as on a disk that is full.
    @Test
    void whatCannotBeRenamedOrRemovedKeepsItsNameAndItsFiles() throws IOException {
        made("data");
        for (Sys sys : List.of(Sys.PWRITE, Sys.FSYNC, Sys.RENAMEAT2)) {
            for (int nth = 1; failedOnce(sys, nth, v -> v.rename("data", "other")); nth++) {
                assertThat(file("data")).isEqualTo("data");
                assertThat(dir.resolve("v/data/volume.json")).content().contains("\"data\"");
            }
            try (Volumes volumes = open()) {
                volumes.rename("other", "data");
            }
        }
        assertThat(failedOnce(Sys.FSYNC, 1, v -> v.remove("data"))).isTrue();
        assertThat(file("data")).isEqualTo("data");
        assertThat(dir.resolve("v").toFile().list()).containsExactly("data");
    }

    /// False when it makes fewer such calls, and has succeeded.
    private boolean failedOnce(Sys failing, int nth, Consumer<Volumes> work) {
        var left = new AtomicInteger(Integer.MAX_VALUE);
        Kernel kernel = (arena, sys, a, b, c, d, e, f) -> sys == failing && left.decrementAndGet() == 0
                ? -Errno.ENOSPC.number()
                : Kernel.host().call(arena, sys, a, b, c, d, e, f);
        try (Volumes volumes =
                Volumes.open(Linux.over(kernel), dir.resolve("v"), table, Clock.systemUTC(), new Random(1))) {
            left.set(nth);
            work.accept(volumes);
            return false;
        } catch (GantryException full) {
            assertThat(left.get()).as(failing + " " + full).isNotPositive();
            return true;
        }
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

    /// What the programs mount.nfs and mount.cifs ask of the kernel, for one that has neither: mount(2).
    @Test
    void fileSystemsOfTheNetworkAreMountedByTheirAddress() {
        assertThat(mounted("type", "nfs4", "device", ":/export", "o", "addr=127.0.0.1,rw,noatime,vers=4.2"))
                .isEqualTo(
                        "mount(\":/export\", \"/proc/self/fd/7/_data\", \"nfs4\", 0x400)" + " addr=127.0.0.1,vers=4.2");
        assertThat(mounted("type", "nfs", "device", ":/x", "o", "addr=127.0.0.1,ro,nolock,soft"))
                .isEqualTo("mount(\":/x\", \"/proc/self/fd/7/_data\", \"nfs\", 0x1) addr=127.0.0.1,nolock,soft");
        assertThat(mounted("type", "cifs", "device", "//files/share", "o", "addr=127.0.0.1,username=me,password=p"))
                .isEqualTo("mount(\"//files/share\", \"/proc/self/fd/7/_data\", \"cifs\", 0x0)"
                        + " addr=127.0.0.1,username=me,password=p");
    }

    private static String mounted(String... options) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        var recording = new RecordingKernel();
        var data = new ArrayList<String>();
        // The last argument is a pointer to whatever a file system likes; here it is a text.
        Kernel kernel = (arena, sys, a, b, c, d, e, f) -> {
            if (sys == Sys.MOUNT) {
                data.add(MemorySegment.ofAddress(e).reinterpret(4096).getString(0));
            }
            return recording.call(arena, sys, a, b, c, d, e, f);
        };
        try (Fd directory = Fd.own(kernel, 7)) {
            new Backings(Linux.over(kernel), new Random(1)).mount(LocalOptions.parse(all), directory);
        }
        String call = recording.lines().stream()
                .filter(line -> line.startsWith("mount("))
                .findFirst()
                .orElseThrow();
        return call + " " + data.getFirst();
    }

    @Test
    void aFileSystemThatThisKernelDoesNotHaveIsRefusedInWords() {
        var kernel = new RecordingKernel().fail(Sys.MOUNT, Errno.ENODEV);
        try (Fd directory = Fd.own(kernel, 7)) {
            var options = LocalOptions.parse(Map.of("type", "nfs", "device", ":/x", "o", "addr=127.0.0.1"));
            assertThatThrownBy(() -> new Backings(Linux.over(kernel), new Random(1)).mount(options, directory))
                    .isInstanceOf(Unsupported.class)
                    .hasMessageContaining("this kernel has no file system nfs");
        }
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

    /// The host, with a file system that has project quotas.
    private static final class Quotas implements Kernel {
        private final Map<Object, Integer> projects = new HashMap<>();
        private final Map<Integer, Long> limits = new HashMap<>();

        @Override
        public long call(Arena arena, Sys sys, long a, long b, long c, long d, long e, long f) {
            try {
                return switch (sys) {
                    case QUOTACTL_FD -> b >> 8 == 0x5803 ? -Errno.ENOENT.number() : limit((int) c, bytes(d));
                    case IOCTL ->
                        attributes(b, Files.getAttribute(Path.of("/proc/self/fd/" + a), "unix:ino"), bytes(c));
                    default -> Kernel.host().call(arena, sys, a, b, c, d, e, f);
                };
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private static MemorySegment bytes(long address) {
            return MemorySegment.ofAddress(address).reinterpret(28);
        }

        private long limit(int project, MemorySegment quota) {
            long blocks = quota.get(ValueLayout.JAVA_LONG_UNALIGNED, 8);
            Long before = blocks == 0 ? limits.remove(project) : limits.put(project, blocks);
            assertThat(before == null).isEqualTo(blocks != 0);
            return 0;
        }

        private long attributes(long command, Object directory, MemorySegment attributes) {
            if (command == 0x401c5820) {
                projects.put(directory, attributes.get(ValueLayout.JAVA_INT_UNALIGNED, 12));
            } else if (command == 0x801c581fL) {
                attributes.set(ValueLayout.JAVA_INT_UNALIGNED, 12, projects.getOrDefault(directory, 0));
            } else {
                return -Errno.ENOTTY.number();
            }
            return 0;
        }
    }

    @Test
    void aLimitGoesWithWhatItWasFor() throws IOException {
        var quotas = new Quotas();
        Path root = dir.resolve("v");
        var wanted = new VolumeRequest("data", Map.of(), Map.of("size", "1m", "backing", "project"));
        try (Volumes v = Volumes.open(Linux.over(quotas), root, table, Clock.systemUTC(), new Random(1))) {
            v.create(wanted);
            Copies.Still still = (_, work) -> work.accept(() -> {});
            v.copies().copy("data", VolumeRequest.named("copy"), still);
            v.copies().restore("data", "copy", still);
            v.copies().restore(wanted, false, _ -> {});
            v.copies().moment("data", still).close();
            assertThatThrownBy(() -> v.copies().restore(wanted, false, _ -> {
                        throw new Unavailable("read the files", "they end early", "send them again");
                    }))
                    .isInstanceOf(Unavailable.class);
            assertThat(quotas.limits).hasSize(2);
            v.remove("copy");
            assertThat(quotas.limits).hasSize(1);
        }
        Files.move(root.resolve("data"), root.resolve(".gone-1"));
        table.delete(table.load().getFirst());
        try (Volumes v = Volumes.open(Linux.over(quotas), root, table, Clock.systemUTC(), new Random(1))) {
            v.settle();
        }
        assertThat(quotas.limits).isEmpty();
        assertThat(root).isEmptyDirectory();
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
