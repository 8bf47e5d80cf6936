package dev.gantry.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.NotFound;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCallsTest {
    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    @Test
    void whatIsWrittenIsReadBack() {
        try (Fd root = linux.files().openDirectory(dir.toString());
                Fd file = linux.files().open(root, "f", OpenFlags.READ_WRITE | OpenFlags.CREATE, 0600, Resolve.PLAIN)) {
            byte[] big = new byte[400_000];
            new java.util.Random(7).nextBytes(big);
            linux.files().write(file, big, 0, big.length);
            linux.files().writeAt(file, "end".getBytes(UTF_8), 0, 3, big.length);
            linux.files().sync(file);
            try (Fd again = linux.files().open(root, "f", OpenFlags.READ, 0, Resolve.PLAIN)) {
                byte[] read = linux.files().readAll(again, 500_000);
                assertThat(read).startsWith(big).endsWith("end".getBytes(UTF_8)).hasSize(big.length + 3);
            }
            linux.files().truncate(file, 5);
            assertThat(linux.attributes().stat(file).size()).isEqualTo(5);
        }
    }

    @Test
    void aFileBeyondTheLimitIsRefused() throws Exception {
        Files.write(dir.resolve("f"), new byte[100]);
        try (Fd file = linux.files().open(Fd.CWD, dir.resolve("f").toString(), OpenFlags.READ, 0, Resolve.ANY)) {
            assertThatThrownBy(() -> linux.files().readAll(file, 99))
                    .isInstanceOfSatisfying(
                            LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFBIG));
        }
    }

    @Test
    void anErrorNamesTheCallTheSubjectAndTheErrnoAndBecomesAKind() {
        assertThatThrownBy(() -> linux.files().openDirectory("/absent/x"))
                .isInstanceOfSatisfying(LinuxError.class, e -> {
                    assertThat(e).hasMessage("openat2 /absent/x: ENOENT (no such file or directory)");
                    assertThat(e.during("open the store"))
                            .isInstanceOf(NotFound.class)
                            .hasMessage(
                                    "open the store: openat2 /absent/x: no such file or directory: check that it exists")
                            .hasCause(e);
                });
    }

    @Test
    void anAbsoluteLinkStaysInsideTheRoot() throws Exception {
        Files.createDirectories(dir.resolve("root/etc"));
        Files.writeString(dir.resolve("root/etc/passwd"), "inside");
        Files.createSymbolicLink(dir.resolve("root/link"), Path.of("/etc/../../../etc/passwd"));
        try (Fd root = linux.files().openDirectory(dir.resolve("root").toString());
                Fd file = linux.files().open(root, "link", OpenFlags.READ, 0, Resolve.IN_ROOT)) {
            assertThat(new String(linux.files().readAll(file, 100), UTF_8)).isEqualTo("inside");
            assertThatThrownBy(() -> linux.files().open(root, "link", OpenFlags.READ, 0, Resolve.BENEATH))
                    .isInstanceOfSatisfying(
                            LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.EXDEV));
        }
    }

    @Test
    void aNameThatIsNotUtf8SurvivesTheWayInAndOut() {
        byte[] raw = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xc3, (byte) 0xa9};
        String name = FileName.decode(raw);
        assertThat(FileName.encode(name)).isEqualTo(raw);
        assertThat(name).endsWith("bé");
        try (Fd root = linux.files().openDirectory(dir.toString())) {
            linux.directories().make(root, name, 0700);
            linux.directories().make(root, "日本", 0700);
            try (Fd again = linux.files().openDirectory(dir.toString())) {
                assertThat(linux.directories().entries(again))
                        .extracting(DirectoryCalls.Entry::name)
                        .containsExactlyInAnyOrder(name, "日本");
            }
            linux.directories().removeEmpty(root, name);
            linux.directories().removeEmpty(root, "日本");
        }
    }

    @Test
    void everyByteStringIsAName() {
        long seed = System.nanoTime();
        var random = new java.util.Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] raw = new byte[random.nextInt(12)];
            random.nextBytes(raw);
            assertThat(FileName.encode(FileName.decode(raw)))
                    .as("seed %d round %d", seed, i)
                    .isEqualTo(raw);
        }
    }

    @Test
    void aNameWithANulIsRefusedAndNotCut() {
        assertThatThrownBy(() -> linux.files().openDirectory("/tmp\0/x"))
                .isInstanceOfSatisfying(
                        LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    }

    @Test
    void attributesOfFilesAndLinksAreSetWithoutFollowing() throws Exception {
        Instant time = Instant.ofEpochSecond(1_000_000_000L, 123_456_789);
        Files.writeString(dir.resolve("f"), "x");
        try (Fd root = linux.files().openDirectory(dir.toString())) {
            linux.directories().symlink("f", root, "l");
            linux.attributes().times(root, "l", time, time);
            assertThat(linux.attributes().stat(root, "l").modified()).isEqualTo(time);
            assertThat(linux.attributes().stat(root, "f").modified()).isNotEqualTo(time);
            assertThat(linux.directories().readLink(root, "l")).isEqualTo("f");
            linux.attributes().mode(root, "f", 0640);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("f"))))
                    .isEqualTo("rw-r-----");
            linux.attributes().setXattr(root, "f", "user.note", "hi".getBytes(UTF_8));
            assertThat(linux.attributes().xattrs(root, "f")).containsExactly("user.note");
            assertThat(linux.attributes().xattr(root, "f", "user.note").orElseThrow())
                    .isEqualTo("hi".getBytes(UTF_8));
            assertThat(linux.attributes().xattr(root, "f", "user.absent")).isEmpty();
            linux.attributes().removeXattr(root, "f", "user.note");
            assertThat(linux.attributes().xattrs(root, "f")).isEmpty();
            linux.directories().link(root, "f", root, "g");
            assertThat(linux.attributes().stat(root, "g").links()).isEqualTo(2);
            assertThat(linux.attributes().find(root, "absent")).isEmpty();
        }
    }

    @Test
    void theModeOfALinkIsRefusedAndItsTargetKeepsItsOwn() throws Exception {
        modeIsNotFollowed(linux);
    }

    @Test
    void aKernelThatCannotSetAModeWithoutFollowingIsHelped() throws Exception {
        Kernel old = (arena, sys, a, b, c, d, e, f) ->
                sys == Sys.FCHMODAT2 ? -Errno.ENOSYS.number() : Kernel.host().call(arena, sys, a, b, c, d, e, f);
        modeIsNotFollowed(Linux.over(old));
    }

    private void modeIsNotFollowed(Linux kernel) throws Exception {
        Path target = Files.writeString(dir.resolve("target"), "x");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
        Files.createDirectory(dir.resolve("d"));
        try (Fd root = kernel.files().openDirectory(dir.toString());
                Fd below = kernel.files().open(root, "d", OpenFlags.PATH | OpenFlags.DIRECTORY, 0, Resolve.PLAIN)) {
            kernel.directories().symlink(target.toString(), below, "swapped");
            assertThatThrownBy(() -> kernel.attributes().mode(below, "swapped", 04777))
                    .isInstanceOfSatisfying(
                            LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP));
            assertThat(kernel.attributes().stat(root, "target").mode()).isEqualTo(0600);
            kernel.directories().makeNode(below, "fifo", FileType.FIFO.modeBits() | 0600, 0, 0);
            kernel.attributes().mode(below, "fifo", 0642);
            assertThat(kernel.attributes().stat(below, "fifo").mode()).isEqualTo(0642);
            kernel.attributes().mode(below, ".", 01751);
            assertThat(kernel.attributes().stat(root, "d").mode()).isEqualTo(01751);
            assertThatThrownBy(() -> kernel.attributes().mode(below, "absent", 0600))
                    .isInstanceOfSatisfying(
                            LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        }
    }

    @Test
    void neitherOwnerNorTimesNorAttributesFollowALink() throws Exception {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root gives files away");
        Files.writeString(dir.resolve("f"), "x");
        try (Fd root = linux.files().openDirectory(dir.toString())) {
            linux.directories().symlink("f", root, "l");
            Stat before = linux.attributes().stat(root, "f");
            linux.attributes().owner(root, "l", 1234, 5678);
            linux.attributes().times(root, "l", Instant.EPOCH, Instant.EPOCH);
            linux.attributes().setXattr(root, "l", "trusted.note", new byte[] {1});
            assertThat(linux.attributes().stat(root, "f")).isEqualTo(before);
            assertThat(linux.attributes().xattrs(root, "f")).isEmpty();
            assertThat(linux.attributes().xattrs(root, "l")).containsExactly("trusted.note");
            linux.attributes().removeXattr(root, "l", "trusted.note");
            assertThat(linux.attributes().stat(root, "l").uid()).isEqualTo(1234);
        }
    }

    @Test
    void devicesAndOwnersAreMade() {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root makes device nodes");
        try (Fd root = linux.files().openDirectory(dir.toString())) {
            linux.directories().makeNode(root, "null", FileType.CHARACTER_DEVICE.modeBits() | 0600, 1, 3);
            linux.directories().makeNode(root, "wh", FileType.CHARACTER_DEVICE.modeBits(), 0, 0);
            linux.attributes().owner(root, "null", 1234, 5678);
            Stat stat = linux.attributes().stat(root, "null");
            assertThat(stat.nodeMajor()).isEqualTo(1);
            assertThat(stat.nodeMinor()).isEqualTo(3);
            assertThat(stat.uid()).isEqualTo(1234);
            assertThat(stat.gid()).isEqualTo(5678);
            assertThat(linux.attributes().stat(root, "wh").isWhiteout()).isTrue();
        }
    }

    @Test
    void aLockHasOneHolder() {
        try (Fd root = linux.files().openDirectory(dir.toString());
                Fd a = linux.files().open(root, "lock", OpenFlags.READ_WRITE | OpenFlags.CREATE, 0600, Resolve.PLAIN);
                Fd b = linux.files().open(root, "lock", OpenFlags.READ_WRITE, 0, Resolve.PLAIN)) {
            assertThat(linux.files().tryLock(a)).isTrue();
            assertThat(linux.files().tryLock(b)).isFalse();
            linux.files().unlock(a);
            assertThat(linux.files().tryLock(b)).isTrue();
        }
    }

    @Test
    void directoriesAreSpreadWhereTheFileSystemCan() throws Exception {
        Assumptions.assumeTrue(
                Stream.of("/usr/bin/lsattr", "/bin/lsattr").map(Path::of).anyMatch(Files::isExecutable),
                "lsattr of e2fsprogs is not here to look");
        try (Fd here = linux.files().openDirectory(dir.toString());
                Fd sysfs = linux.files().openDirectory("/sys")) {
            assertThat(linux.files().spread(sysfs)).isFalse();
            Assumptions.assumeTrue(linux.files().spread(here), "the file system of " + dir + " cannot");
            Process lsattr = new ProcessBuilder("lsattr", "-d", dir.toString()).start();
            String flags = new String(lsattr.getInputStream().readAllBytes(), UTF_8).split(" ")[0];
            assertThat(flags).contains("T");
        }
    }

    @Test
    void aClosedDescriptorIsNeverUsedAgain() {
        Fd fd = linux.files().openDirectory("/");
        fd.close();
        fd.close();
        assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theTwinTellsTheOrderOfTheCalls() {
        var kernel = new RecordingKernel().fail(Sys.MKDIRAT, Errno.EEXIST);
        Linux twin = Linux.over(kernel);
        try (Fd root = twin.files().openDirectory("/srv")) {
            assertThatThrownBy(() -> twin.directories().make(root, "a", 0755)).isInstanceOf(LinuxError.class);
            twin.directories().rename(root, "a", root, "b");
        }
        assertThat(kernel.lines())
                .containsExactly(
                        "openat2(AT_FDCWD, \"/srv\", 24)",
                        "mkdirat(100, \"a\", 0755)",
                        "renameat2(100, \"a\", 100, \"b\", 0x0)",
                        "close(100)");
    }
}
