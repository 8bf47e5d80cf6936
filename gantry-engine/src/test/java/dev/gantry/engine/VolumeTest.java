package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.VolumeCopies;
import dev.gantry.engine.event.Event;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeRequest;
import dev.gantry.volume.Volumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Volumes from the inside of containers, and what is left of them.
@Timeout(120)
class VolumeTest {
    @TempDir
    Path dir;

    private TestEngine engine;

    @BeforeEach
    void start() {
        engine = TestEngine.start(dir);
    }

    @AfterEach
    void stop() {
        if (engine != null) {
            engine.close();
        }
    }

    private Volumes volumes() {
        return engine.gantry.volumes();
    }

    private String output(Container c) {
        return engine.log(c.id());
    }

    private static MountsSpec.OfVolume at(String name, String target, String subpath) {
        return MountsSpec.OfVolume.at(name, target).inside(subpath);
    }

    private List<String> told() {
        return engine.gantry.events().after(0, 1000).stream()
                .filter(e -> e.kind() == Event.Kind.VOLUME)
                .map(e -> e.action() + " " + e.subject())
                .toList();
    }

    @Test
    void whatOneContainerWritesTheNextOneReads() {
        engine.ran(engine.sh("echo kept > /data/file").volume("data", "/data"));
        Container c = engine.ran(
                engine.sh("cat /data/file; grep ' /data ' /proc/self/mountinfo").volume("data", "/data"));
        assertThat(output(c)).startsWith("kept\n").contains("/data/volumes/data/_data /data rw");
        assertThat(told()).containsExactly("create data", "mount data", "unmount data", "mount data", "unmount data");
    }

    @Test
    void aVolumeInUseIsNotRemovedWhetherItsContainerRunsOrNot() {
        Container c = engine.create(engine.sh("true").volume("data", "/data"));
        assertThatThrownBy(() -> volumes().remove("data"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("volume is in use - [" + c.id().hex() + "]");
        engine.reopen();
        assertThatThrownBy(() -> volumes().remove("data")).isInstanceOf(Conflict.class);
        engine.containers().remove(c.id(), false);
        volumes().remove("data");
        assertThat(dir.resolve("data/volumes")).isEmptyDirectory();
        engine.reopen();
        assertThat(volumes().list()).isEmpty();
    }

    @Test
    void anEmptyVolumeBeginsAsWhatTheImageHasThere() throws IOException {
        Path srv = Files.createDirectories(engine.image.resolve("srv/www"));
        Files.setPosixFilePermissions(srv, PosixFilePermissions.fromString("rwxrwx--x"));
        Files.setAttribute(srv, "unix:uid", 33);
        Files.writeString(srv.resolve("index"), "hello");
        Files.createLink(srv.resolve("again"), srv.resolve("index"));
        Files.createSymbolicLink(srv.resolve("link"), Path.of("index"));
        Container c = engine.ran(engine.sh("stat -c '%u %a' /srv/www; cat /srv/www/link; stat -c %h /srv/www/again")
                .volume("data", "/srv/www"));
        assertThat(output(c)).isEqualTo("33 771\nhello2\n");
        Files.writeString(srv.resolve("index"), "changed");
        Container again = engine.ran(engine.sh("cat /srv/www/index").volume("data", "/srv/www"));
        assertThat(output(again)).as("it is not empty any more").isEqualTo("hello");
        Container without = engine.ran(engine.sh("ls /srv/www")
                .volume(MountsSpec.OfVolume.at("bare", "/srv/www").copied(false)));
        assertThat(output(without)).as("nocopy").isEmpty();
    }

    @Test
    void aContainerGetsTheVolumesAndBindsOfAnother() throws IOException {
        Path bound = Files.createDirectories(dir.resolve("bound"));
        Container first = engine.create(engine.sh("true")
                .volume("data", "/data")
                .volume("other", "/other")
                .bind(bound.toString(), "/bound"));
        Container c = engine.ran(engine.sh("touch /data/x; touch /bound/x; touch /other/x && echo wrote")
                .volume("mine", "/other")
                .volumesFrom(first.name() + ":ro"));
        assertThat(output(c)).contains("wrote").contains("/data/x: Read-only").contains("/bound/x: Read-only");
        assertThat(c.spec().mounts().volumes())
                .extracting(MountsSpec.OfVolume::name)
                .containsExactlyInAnyOrder("mine", "data");
        assertThatThrownBy(() -> engine.create(engine.sh("true").volumesFrom("nobody")))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> engine.create(engine.sh("true").volumesFrom(first.name() + ":what")))
                .isInstanceOf(InvalidArgument.class);
    }

    @Test
    void innerPlacesAreMountedAfterOuterOnes() {
        Container c = engine.ran(engine.sh("echo a > /x/inner/f; echo b > /x/f; ls /x /x/inner")
                .volume("inner", "/x/inner")
                .volume("outer", "/x"));
        assertThat(output(c)).isEqualTo("/x:\nf\ninner\n\n/x/inner:\nf\n");
    }

    @Test
    void aSubpathIsMountedAlone() {
        engine.ran(engine.sh("mkdir -p /d/a/b; echo deep > /d/a/b/f").volume("data", "/d"));
        Container c = engine.ran(engine.sh("cat /sub/f; echo more > /sub/g").volume(at("data", "/sub", "a/b")));
        assertThat(output(c)).isEqualTo("deep\n");
        assertThat(dir.resolve("data/volumes/data/_data/a/b/g")).hasContent("more");
        Container none = engine.create(engine.sh("true").volume(at("data", "/sub", "nope")));
        assertThatThrownBy(() -> engine.containers().start(none.id()))
                .hasMessageContaining("the volume has no such place");
        assertThatThrownBy(() -> engine.create(engine.sh("true").volume(at("data", "/sub", "../x"))))
                .isInstanceOf(InvalidArgument.class);
    }

    /// A link in the volume that leads out of it, put there before the container starts.
    @Test
    void cve20171002101ALinkAsSubpathDoesNotLeadToTheHost() throws IOException {
        Path secret = Files.createDirectories(dir.resolve("secret"));
        Files.writeString(secret.resolve("key"), "stolen");
        engine.ran(engine.sh("mkdir /d/real; mkdir -p /d" + secret).volume("data", "/d"));
        Path data = dir.resolve("data/volumes/data/_data");
        Files.createSymbolicLink(data.resolve("absolute"), secret);
        Files.createSymbolicLink(data.resolve("upwards"), Path.of("../../../../secret"));
        Files.createSymbolicLink(data.resolve("magic"), Path.of("/proc/1/root"));
        Container inside = engine.ran(engine.sh("ls -A /sub; echo .").volume(at("data", "/sub", "absolute")));
        assertThat(output(inside)).as("an absolute link starts at the volume").isEqualTo(".\n");
        for (String subpath : List.of("upwards", "magic", "magic/etc")) {
            Container c = engine.create(engine.sh("cat /sub/key").volume(at("data", "/sub", subpath)));
            assertThatThrownBy(() -> engine.containers().start(c.id()))
                    .as(subpath)
                    .isInstanceOf(NotFound.class);
        }
    }

    /// A container that swaps the directory for a link and back, while others are started on it again
    /// and again.
    @Test
    void cve202125741ASubpathSwappedWhileItIsMountedStaysInTheVolume() throws IOException {
        Path secret = Files.createDirectories(dir.resolve("secret"));
        Files.writeString(secret.resolve("key"), "stolen");
        engine.ran(engine.sh("mkdir /d/dir; echo mine > /d/dir/key").volume("data", "/d"));
        Path data = dir.resolve("data/volumes/data/_data");
        Files.createSymbolicLink(data.resolve("link"), secret);
        Container swapper = engine.started(
                engine.sh("cd /d; while true; do mv -T dir tmp; mv -T link dir; mv -T dir link; mv -T tmp dir; done")
                        .volume("data", "/d"));
        for (int i = 0; i < 40; i++) {
            Container c = engine.create(engine.sh("cat /sub/key").volume(at("data", "/sub", "dir")));
            try {
                var end = engine.containers().expect(c.id(), dev.gantry.engine.container.WaitCondition.NEXT_EXIT);
                engine.containers().start(c.id());
                end.within(TestEngine.SOON).orElseThrow();
                assertThat(output(c)).doesNotContain("stolen");
            } catch (NotFound gone) {
                assertThat(gone).hasMessageContaining("no such place");
            }
            engine.containers().remove(c.id(), true);
        }
        engine.containers().remove(swapper.id(), true);
    }

    @Test
    void whatTheOptionsNameIsMountedAtFirstUseAndUnmountedAtTheLast() throws IOException {
        volumes()
                .create(new VolumeRequest(
                        "mem", Map.of(), Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=1m,mode=700,uid=33")));
        Container first =
                engine.started(engine.sh("echo x > /m/f; exec sleep 100").volume("mem", "/m"));
        Container c = engine.ran(engine.sh("until cat /m/f; do true; done; grep ' /m ' /proc/self/mountinfo; "
                        + "stat -c '%u %a' /m; dd if=/dev/zero of=/m/big bs=1M count=2 2>&1")
                .volume("mem", "/m"));
        assertThat(output(c))
                .contains("x\n")
                .contains("tmpfs")
                .contains("33 700")
                .contains("No space left");
        assertThat(mounts()).contains("/volumes/mem/_data");
        engine.reopen();
        assertThat(mounts()).as("a container has it mounted").contains("/volumes/mem/_data");
        engine.containers().remove(first.id(), true);
        assertThat(mounts()).doesNotContain("/volumes/mem/_data");
    }

    @Test
    void aVolumeMayBeADirectoryOfTheHostOrNothingThatExists() throws IOException {
        Path host = Files.createDirectories(dir.resolve("host"));
        Files.writeString(host.resolve("f"), "here");
        Map<String, String> bind = Map.of("type", "none", "device", host.toString(), "o", "bind,ro");
        volumes().create(new VolumeRequest("bound", Map.of(), bind));
        Container c = engine.ran(engine.sh("cat /v/f; touch /v/g").volume("bound", "/v"));
        assertThat(output(c)).contains("here").contains("Read-only");
        volumes()
                .create(new VolumeRequest(
                        "broken",
                        Map.of(),
                        Map.of("type", "ext4", "device", dir.resolve("nope").toString())));
        Container broken = engine.create(engine.sh("true").volume("broken", "/v"));
        assertThatThrownBy(() -> engine.containers().start(broken.id()))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("mount volume broken");
        assertThat(mounts()).doesNotContain("/volumes/");
    }

    @Test
    void aVolumeMayBeABlockDeviceOrAFileSystemThatThisKernelLacks() throws Exception {
        Path image = dir.resolve("disk");
        Files.write(image, new byte[8 << 20]);
        Process mkfs = new ProcessBuilder("mkfs.ext4", "-q", "-F", image.toString()).start();
        assertThat(mkfs.waitFor()).isZero();
        Linux linux = Linux.host();
        try (Fd file = linux.files().open(Fd.CWD, image.toString(), OpenFlags.READ_WRITE, 0, Resolve.ANY);
                var device = linux.loops().attach(file)) {
            Map<String, String> options = Map.of("type", "ext4", "device", device.path(), "o", "noatime,commit=7");
            volumes().create(new VolumeRequest("disk", Map.of(), options));
            Container c = engine.ran(engine.sh("echo kept > /v/f; grep ' /v ' /proc/self/mountinfo")
                    .volume("disk", "/v"));
            assertThat(output(c)).contains("noatime", "ext4 " + device.path(), "commit=7");
            assertThat(output(engine.ran(engine.sh("cat /v/f").volume("disk", "/v"))))
                    .isEqualTo("kept\n");
        }
        TestEngine.await("the device is free", () -> !loops().contains(image.toString()));
        volumes().create(new VolumeRequest("none", Map.of(), Map.of("type", "no-such-fs", "device", "server:/export")));
        Container none = engine.create(engine.sh("true").volume("none", "/v"));
        assertThatThrownBy(() -> engine.containers().start(none.id()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("this kernel has no file system no-such-fs");
        assertThat(mounts()).doesNotContain("/volumes/");
    }

    @Test
    void aVolumeWithASizeIsAFileSystemThatIsFullThen() throws IOException {
        volumes().create(new VolumeRequest("small", Map.of(), Map.of("size", "8m")));
        Container c = engine.ran(engine.sh("ls -A /v; dd if=/dev/zero of=/v/big bs=1M count=20 2>&1; "
                        + "rm /v/big; echo kept > /v/f; grep ' /v ' /proc/self/mountinfo")
                .volume("small", "/v"));
        assertThat(output(c))
                .contains("No space left")
                .contains("ext4 /dev/loop")
                .doesNotContain("lost+found");
        assertThat(output(engine.ran(engine.sh("cat /v/f").volume("small", "/v"))))
                .isEqualTo("kept\n");
        assertThat(mounts()).doesNotContain("/volumes/small");
        TestEngine.await("its loop device is free", () -> !loops().contains("/volumes/small/image"));
        assertThat(volumes().bytes("small")).isLessThan(8 << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"btrfs", "xfs"})
    void aVolumeMayLiveInAFileSystemOfAnotherKind(String backing) throws IOException {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/usr/sbin/mkfs." + backing)), "there is no mkfs." + backing + " on this host");
        volumes().create(new VolumeRequest("other", Map.of(), Map.of("backing", backing, "size", "400m")));
        Container c = engine.ran(engine.sh("echo kept > /v/f; sync; grep ' /v ' /proc/self/mountinfo")
                .volume("other", "/v"));
        assertThat(output(c)).contains(backing + " /dev/loop");
        assertThat(output(engine.ran(engine.sh("cat /v/f").volume("other", "/v"))))
                .isEqualTo("kept\n");
    }

    private static final Duration PAUSE = Duration.ofSeconds(5);

    /// A program writes a number to one file and then to another: in a copy of one moment the second is never ahead.
    @Test
    void aCopyOfAVolumeInUseIsOfOneMoment() throws IOException {
        Container writer = engine.started(
                engine.sh("i=0; while true; do i=$((i+1)); echo $i >> /d/first; echo $i >> /d/second; done")
                        .volume("data", "/d"));
        TestEngine.await("it writes", () -> Files.exists(dir.resolve("data/volumes/data/_data/second")));
        for (int i = 0; i < 5; i++) {
            VolumeCopies.Copied copied = engine.gantry.volumeCopies().copy("data", "copy" + i, PAUSE);
            assertThat(copied.containers()).isEqualTo(1);
            assertThat(copied.pause()).isPositive().isLessThan(PAUSE);
            Path files = dir.resolve("data/volumes/copy" + i + "/_data");
            int first = Files.readAllLines(files.resolve("first")).size();
            int second = Files.readAllLines(files.resolve("second")).size();
            assertThat(first - second).isBetween(0, 1);
            long size = Files.size(dir.resolve("data/volumes/data/_data/first"));
            TestEngine.await(
                    "it goes on",
                    () -> size
                            < dir.resolve("data/volumes/data/_data/first")
                                    .toFile()
                                    .length());
        }
        assertThat(engine.containers().get(writer.id()).orElseThrow().isRunning())
                .isTrue();
    }

    @Test
    void aCopyIsNotRefusedBecauseAContainerIsJustStartingOrEnding() throws Exception {
        Container c = engine.started(engine.sh("echo x >> /d/f").volume("data", "/d"));
        var stop = new AtomicBoolean();
        var starts = new AtomicInteger();
        Thread restarts = Thread.ofVirtual().start(() -> {
            while (!stop.get()) {
                engine.containers().start(c.id());
                starts.incrementAndGet();
            }
        });
        try {
            for (int i = 0; i < 20; i++) {
                int before = starts.get();
                engine.gantry.volumeCopies().copy("data", "copy" + i, PAUSE);
                TestEngine.await("another start", () -> starts.get() > before || !restarts.isAlive());
            }
        } finally {
            stop.set(true);
            restarts.join();
        }
        assertThat(starts.get()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void aPauseThatWouldBeTooLongIsRefusedAndLeavesNothing() {
        engine.ran(engine.sh("for i in $(seq 3000); do echo $i > /d/$i; done").volume("data", "/d"));
        Container c =
                engine.started(engine.sh("while true; do date > /d/now; done").volume("data", "/d"));
        assertThatThrownBy(() -> engine.gantry.volumeCopies().copy("data", "copy", Duration.ofMillis(2)))
                .hasMessageContaining("would have to pause for more than 2 ms");
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactly("data");
        assertThat(volumes().find("copy")).isEmpty();
        Path now = dir.resolve("data/volumes/data/_data/now");
        long before = now.toFile().lastModified();
        TestEngine.await("it goes on", () -> now.toFile().lastModified() > before);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aSnapshotIsClonedAndRestored() {
        Container c = engine.ran(engine.sh("echo one > /d/f; ln -s f /d/l").volume("data", "/d"));
        engine.gantry.volumeCopies().snapshot("data", "monday", PAUSE);
        assertThat(volumes().find("monday").orElseThrow().labels()).containsEntry(VolumeCopies.SNAPSHOT_OF, "data");
        engine.ran(engine.sh("echo two > /d/f; echo more > /d/g").volume("data", "/d"));
        engine.gantry.volumeCopies().copy("monday", "clone", PAUSE);
        assertThat(output(engine.ran(engine.sh("cat /d/l; ls /d").volume("clone", "/d"))))
                .isEqualTo("one\nf\nl\n");
        engine.gantry.volumeCopies().restore("data", "monday", PAUSE);
        engine.reopen();
        assertThat(output(engine.ran(engine.sh("cat /d/l; ls /d").volume("data", "/d"))))
                .isEqualTo("one\nf\nl\n");
        Container running = engine.started(engine.sh("exec sleep 100").volume("data", "/d"));
        assertThatThrownBy(() -> engine.gantry.volumeCopies().restore("data", "monday", PAUSE))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("a container runs with it");
        assertThatThrownBy(() -> engine.gantry.volumeCopies().copy("data", "clone", PAUSE))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> engine.gantry.volumeCopies().copy("nope", "x1", PAUSE))
                .isInstanceOf(NotFound.class);
        engine.containers().remove(running.id(), true);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aVolumeWithASizeIsCopiedWithIt() throws IOException {
        volumes().create(new VolumeRequest("small", Map.of(), Map.of("size", "8m")));
        engine.ran(engine.sh("echo kept > /v/f").volume("small", "/v"));
        engine.gantry.volumeCopies().copy("small", "other", PAUSE);
        Container c = engine.ran(
                engine.sh("cat /v/f; grep ' /v ' /proc/self/mountinfo").volume("other", "/v"));
        assertThat(output(c)).startsWith("kept\n").contains("ext4 /dev/loop");
        assertThat(mounts()).doesNotContain("/volumes/");
    }

    @Test
    void aBackupHoldsAllThereIsAndComesBack() throws IOException {
        engine.ran(engine.sh("mkdir -p /d/a/b; echo kept > /d/a/b/f; ln /d/a/b/f /d/hard; ln -s a/b/f /d/soft; "
                        + "echo wh > /d/.wh.x; chown 33:44 /d/a; chmod 2751 /d/a; mkfifo /d/pipe; "
                        + "dd if=/dev/zero of=/d/sparse bs=1 count=1 seek=50000000 2>/dev/null; chmod 711 /d")
                .volume("data", "/d"));
        Path data = dir.resolve("data/volumes/data/_data");
        Files.setAttribute(data.resolve("soft"), "unix:uid", 7, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        Files.getFileAttributeView(data.resolve("hard"), java.nio.file.attribute.UserDefinedFileAttributeView.class)
                .write("mine", java.nio.ByteBuffer.wrap(new byte[] {1, 2}));
        var tar = new java.io.ByteArrayOutputStream();
        engine.gantry.volumeCopies().backup("data", PAUSE, tar);
        assertThat(tar.size()).as("holes take no room").isLessThan(1 << 20);
        engine.gantry.volumeCopies().restore("back", new java.io.ByteArrayInputStream(tar.toByteArray()));
        Container c = engine.ran(engine.sh("cd /d; cat soft .wh.x; stat -c '%h' hard; stat -c '%u %g %a' a; "
                        + "stat -c %a .; stat -c '%s' sparse; test -p pipe && echo pipe; stat -c %u soft")
                .volume("back", "/d"));
        assertThat(output(c)).isEqualTo("kept\nwh\n2\n33 44 2751\n711\n50000001\npipe\n7\n");
        Path back = dir.resolve("data/volumes/back/_data");
        assertThat(Files.getFileAttributeView(
                                back.resolve("hard"), java.nio.file.attribute.UserDefinedFileAttributeView.class)
                        .size("mine"))
                .isEqualTo(2);
        assertThat(volumes().bytes("back")).isLessThan(1 << 20);
        byte[] half = java.util.Arrays.copyOf(tar.toByteArray(), 3000);
        assertThatThrownBy(() -> engine.gantry.volumeCopies().restore("new", new java.io.ByteArrayInputStream(half)))
                .isInstanceOf(InvalidArgument.class);
        assertThat(volumes().find("new")).isEmpty();
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactlyInAnyOrder("data", "back");
    }

    @Test
    void aBackupWithoutItsEndReplacesNothing() throws Exception {
        engine.ran(engine.sh("echo kept > /d/f").volume("data", "/d"));
        var tar = new java.io.ByteArrayOutputStream();
        engine.gantry.volumeCopies().backup("data", PAUSE, tar);
        byte[] whole = tar.toByteArray();
        int members = whole.length;
        while (whole[members - 1] == 0) {
            members--;
        }
        byte[] cut = java.util.Arrays.copyOf(whole, (members + 511) / 512 * 512); // between the last and the end
        for (byte[] broken : List.of(new byte[0], cut)) {
            assertThatThrownBy(() ->
                            engine.gantry.volumeCopies().restore("data", new java.io.ByteArrayInputStream(broken)))
                    .hasMessageContaining("ends before its end");
            assertThat(dir.resolve("data/volumes/data/_data/f")).hasContent("kept");
        }
    }

    @Test
    void aBackupOfAVolumeInUseIsOfOneMomentAndLeavesNothing() throws IOException {
        Container c = engine.started(engine.sh("echo x > /d/f; exec sleep 100").volume("data", "/d"));
        TestEngine.await("it has written", () -> Files.exists(dir.resolve("data/volumes/data/_data/f")));
        VolumeCopies.Copied copied =
                engine.gantry.volumeCopies().backup("data", PAUSE, java.io.OutputStream.nullOutputStream());
        assertThat(copied.containers()).isEqualTo(1);
        assertThat(volumes().list()).hasSize(1);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aVolumeThatWasUsedSinceItWasCopiedIsNotTakenForTheCopy() throws IOException {
        engine.ran(engine.sh("echo one > /d/f").volume("data", "/d"));
        List<Runnable> changes = List.of(
                () -> engine.ran(
                        engine.sh("echo two > /d/f").volume("data", "/d").autoRemove(false)),
                () -> engine.gantry.volumeCopies().restore("data", "other", PAUSE),
                () -> {
                    volumes().remove("data");
                    volumes().create(VolumeRequest.named("data"));
                });
        volumes().create(VolumeRequest.named("other"));
        for (Runnable change : changes) {
            try (VolumeCopies.Backup backup = engine.gantry.volumeCopies().backup("data", PAUSE)) {
                assertThat(backup.bytes()).isPositive();
                change.run();
                engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
                assertThatThrownBy(() -> volumes().removeUnchanged("data", backup.lastUse()))
                        .isInstanceOf(Conflict.class)
                        .hasMessageContaining("since it was copied");
            }
        }
        engine.reopen();
        try (VolumeCopies.Backup backup = engine.gantry.volumeCopies().backup("data", PAUSE)) {
            volumes().removeUnchanged("data", backup.lastUse());
        }
        assertThat(volumes().list()).hasSize(1);
    }

    /// Takes or gives some bytes, and then none for as long as it likes.
    private static final class Stalled {
        private final java.util.concurrent.CountDownLatch reached = new java.util.concurrent.CountDownLatch(1);
        private final java.util.concurrent.CountDownLatch let = new java.util.concurrent.CountDownLatch(1);

        private void stall() throws IOException {
            try {
                reached.countDown();
                let.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        java.io.OutputStream out(java.io.OutputStream all) {
            return new java.io.FilterOutputStream(all) {
                @Override
                public void write(byte[] b, int from, int length) throws IOException {
                    stall();
                    out.write(b, from, length);
                }
            };
        }

        java.io.InputStream in(byte[] all) {
            return new java.io.SequenceInputStream(
                    new java.io.ByteArrayInputStream(all, 0, 700), new java.io.InputStream() {
                        private final java.io.InputStream rest =
                                new java.io.ByteArrayInputStream(all, 700, all.length - 700);

                        @Override
                        public int read() throws IOException {
                            stall();
                            return rest.read();
                        }
                    });
        }
    }

    private static java.util.concurrent.Future<?> aside(java.util.concurrent.Callable<?> work) {
        var task = new java.util.concurrent.FutureTask<>(work);
        Thread.startVirtualThread(task);
        return task;
    }

    @Test
    void nobodyWaitsForAClientThatTakesItsBackupSlowly() throws Exception {
        engine.ran(engine.sh("echo one > /d/f").volume("data", "/d"));
        var client = new Stalled();
        var tar = new java.io.ByteArrayOutputStream();
        var backup = aside(() -> engine.gantry.volumeCopies().backup("data", PAUSE, client.out(tar)));
        client.reached.await();
        engine.ran(engine.sh("echo two > /d/f").volume("data", "/d"));
        engine.gantry.volumeCopies().copy("data", "copy", PAUSE);
        client.let.countDown();
        backup.get();
        engine.gantry.volumeCopies().restore("back", new java.io.ByteArrayInputStream(tar.toByteArray()));
        assertThat(dir.resolve("data/volumes/back/_data/f")).hasContent("one");
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactlyInAnyOrder("data", "copy", "back");
    }

    @Test
    void nobodyWaitsForAClientThatSendsItsBackupSlowlyAndNothingIsOverwrittenMeanwhile() throws Exception {
        Container user = engine.ran(engine.sh("echo one > /d/f").volume("data", "/d"));
        var tar = new java.io.ByteArrayOutputStream();
        engine.gantry.volumeCopies().backup("data", PAUSE, tar);
        for (String name : List.of("data", "fresh")) {
            var client = new Stalled();
            var request = VolumeRequest.named(name);
            var restore = aside(() ->
                    engine.gantry.volumeCopies().restore(request, name.equals("fresh"), client.in(tar.toByteArray())));
            client.reached.await();
            engine.ran(engine.sh("echo two > /d/f").volume(name, "/d"));
            Container running = engine.started(engine.sh("exec sleep 100").volume(name, "/d"));
            client.let.countDown();
            assertThatThrownBy(restore::get).hasCauseInstanceOf(Conflict.class);
            assertThat(dir.resolve("data/volumes/" + name + "/_data/f")).hasContent("two");
            engine.containers().remove(running.id(), true);
        }
        engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
        var client = new Stalled();
        var restore = aside(() -> engine.gantry.volumeCopies().restore("data", client.in(tar.toByteArray())));
        client.reached.await();
        volumes().remove("data");
        volumes().create(VolumeRequest.named("data"));
        client.let.countDown();
        assertThatThrownBy(restore::get).hasCauseInstanceOf(Conflict.class).hasMessageContaining("meanwhile");
        assertThat(dir.resolve("data/volumes/data/_data")).isEmptyDirectory();
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactlyInAnyOrder("data", "fresh");
        assertThat(user.isRunning()).isFalse();
    }

    /// More of them than there are carriers of virtual threads, each in another kind of work.
    @Test
    void aFileSystemThatHangsHoldsOnlyThoseWhoWantIt() throws Exception {
        Path hung = dir.resolve("hung");
        List<java.util.concurrent.Future<?>> waiting = new java.util.ArrayList<>();
        try (var files = HungFileSystem.mount(hung)) {
            int many = Runtime.getRuntime().availableProcessors() + 2;
            for (int i = 0; i < many; i++) {
                String name = "hung" + i;
                volumes()
                        .create(new VolumeRequest(
                                name, Map.of(), Map.of("type", "none", "device", hung.toString(), "o", "bind")));
                waiting.add(aside(() -> engine.gantry.volumeCopies().copy(name, name + "-copy", PAUSE)));
                waiting.add(aside(() -> engine.create(engine.sh("true").bind(hung + "/" + name, "/x"))));
                waiting.add(aside(() -> engine.create(engine.sh("true").volume(name, "/tmp"))));
            }
            assertThat(mounts()).contains(hung.toString());
            Container c = engine.ran(engine.sh("echo fine > /d/f").volume("data", "/d"));
            assertThat(volumes().list()).hasSize(many + 1);
            assertThat(volumes().bytes("data")).isPositive();
            engine.gantry.volumeCopies().copy("data", "copy", PAUSE);
            volumes().remove("copy");
            engine.containers().remove(c.id(), true);
            assertThat(waiting).noneMatch(java.util.concurrent.Future::isDone);
            files.die();
            for (var w : waiting) {
                assertThatThrownBy(w::get).isInstanceOf(java.util.concurrent.ExecutionException.class);
            }
        }
        assertThat(mounts()).doesNotContain("/volumes/");
        assertThat(engine.containers().list()).isEmpty();
        assertThat(dir.resolve("data/volumes").toFile().list())
                .allMatch(name -> name.equals("data") || name.matches("hung[0-9]+"));
    }

    @Test
    void ownersAreMappedInOneMountAlone() throws IOException {
        Path host = Files.createDirectories(dir.resolve("host"));
        Files.writeString(host.resolve("theirs"), "x");
        for (Path theirs : List.of(host, host.resolve("theirs"))) {
            Files.setAttribute(theirs, "unix:uid", 1000);
            Files.setAttribute(theirs, "unix:gid", 1001);
        }
        engine.ran(engine.sh("mkdir /vol/sub; chown 7:8 /vol/sub").volume("data", "/vol"));
        Container c = engine.ran(engine.sh("stat -c '%u %g' /host/theirs /vol/sub /sub; touch /host/made /vol/made")
                .bind(mapped(host.toString(), "/host", "uids=1000-0-1;gids=1001-0-1"))
                .volume(MountsSpec.OfVolume.at("data", "/vol").mapped("uids=0-0-1#7-33-1;gids=0-0-1#8-44-2"))
                .volume(at("data", "/sub", "sub").mapped("uids=7-1-1")));
        assertThat(output(c)).isEqualTo("0 0\n33 44\n1 8\n");
        assertThat(Files.getAttribute(host.resolve("made"), "unix:uid")).isEqualTo(1000);
        assertThat(Files.getAttribute(host.resolve("made"), "unix:gid")).isEqualTo(1001);
        Container unmapped = engine.ran(engine.sh("stat -c '%u' /vol/sub; touch /vol/other")
                .volume(MountsSpec.OfVolume.at("data", "/vol").mapped("uids=500-0-1")));
        assertThat(output(unmapped)).startsWith("65534\n").contains("Permission denied");
    }

    private static ContainerSpec.Bind mapped(String source, String target, String map) {
        return new ContainerSpec.Bind(source, target, false, true, "", false, false, map);
    }

    @Test
    void aFileSystemThatCannotMapOwnersIsRefusedInWords() {
        Container c = engine.create(engine.sh("true").bind(mapped("/proc/sys", "/host", "uids=1000-0-1")));
        assertThatThrownBy(() -> engine.containers().start(c.id()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("map the owners of /proc/sys: its file system cannot do that");
    }

    @Test
    void whatIsMountedBelowAReadOnlyBindIsWritableWhereThatIsAskedFor() throws IOException {
        volumes().create(new VolumeRequest("mem", Map.of(), Map.of("type", "tmpfs", "device", "tmpfs")));
        Container keeper = engine.started(engine.sh("exec sleep 100").volume("mem", "/m"));
        Path top = dir.resolve("data/volumes/mem");
        for (boolean below : List.of(false, true)) {
            Container c = engine.ran(engine.sh("touch /x/y; touch /x/_data/y && echo wrote")
                    .bind(new ContainerSpec.Bind(top.toString(), "/x", true, true, "", false, below, "")));
            assertThat(output(c)).contains("/x/y: Read-only");
            assertThat(output(c).contains("wrote")).isEqualTo(below);
        }
        engine.containers().remove(keeper.id(), true);
    }

    /// A container that swaps the place of another's inner mount for a link, while that is started again and again:
    /// what is mounted there lands in the other's own root, or nowhere.
    @Test
    void cve202130465AMountOverAPlaceThatIsSwappedForALinkStaysInTheContainer() throws IOException {
        Path outside = Files.createDirectories(dir.resolve("outside"));
        engine.ran(engine.sh("mkdir -p /d/place /d" + outside).volume("data", "/d"));
        Files.createSymbolicLink(dir.resolve("data/volumes/data/_data/link"), outside);
        engine.ran(engine.sh("echo mine > /i/mark").volume("inner", "/i"));
        Container swapper = engine.started(engine.sh("cd /d; while true; do mv -T place tmp; mv -T link place; "
                        + "mv -T place link; mv -T tmp place; done")
                .volume("data", "/d"));
        String before = mounts();
        for (int i = 0; i < 30; i++) {
            Container c = engine.create(engine.sh("cat /d/place/mark; grep -c " + outside + " /proc/self/mountinfo")
                    .volume("data", "/d")
                    .volume("inner", "/d/place"));
            var end = engine.containers().expect(c.id(), dev.gantry.engine.container.WaitCondition.NEXT_EXIT);
            try {
                engine.containers().start(c.id());
                end.within(TestEngine.SOON).orElseThrow();
            } catch (dev.gantry.base.GantryException swapped) {
                assertThat(swapped).hasMessageContaining("/d/place");
            }
            assertThat(outside).isEmptyDirectory();
            engine.containers().remove(c.id(), true);
        }
        assertThat(mounts()).isEqualTo(before);
        engine.containers().remove(swapper.id(), true);
    }

    private static String loops() {
        StringBuilder files = new StringBuilder();
        try (var devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            for (Path device : devices) {
                Path file = device.resolve("loop/backing_file");
                if (Files.exists(file)) {
                    files.append(Files.readString(file));
                }
            }
        } catch (IOException e) {
            return "asked again";
        }
        return files.toString();
    }

    private static String mounts() throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo"));
    }

    @Test
    void badNamesAndOptionsAreRefusedAndLeaveNothing() {
        for (String name : List.of("a", ".new-x", "a/b", "-x", "a\nb", "ä1", "x".repeat(256))) {
            assertThatThrownBy(() -> volumes().create(VolumeRequest.named(name)))
                    .as(name)
                    .isInstanceOf(InvalidArgument.class);
        }
        for (Map<String, String> options : Set.of(
                Map.of("what", "x"),
                Map.of("type", "nfs"),
                Map.of("device", "/dev/x"),
                Map.of("o", "bind"),
                Map.of("size", "many"),
                Map.of("size", "1k"),
                Map.of("backing", "zfs"),
                Map.of("size", "1g", "type", "tmpfs", "device", "tmpfs"))) {
            assertThatThrownBy(() -> volumes().create(new VolumeRequest("ok", Map.of(), options)))
                    .as(options.toString())
                    .isInstanceOf(InvalidArgument.class);
        }
        assertThat(dir.resolve("data/volumes")).isEmptyDirectory();
        assertThat(volumes().list()).isEmpty();
        volumes().create(VolumeRequest.named("ok"));
        assertThatThrownBy(() ->
                        volumes().create(new VolumeRequest("ok", Map.of(), Map.of("type", "tmpfs", "device", "tmpfs"))))
                .isInstanceOf(Conflict.class);
    }

    @Test
    void whatAnEngineLeftUnfinishedTheNextOneFinishes() {
        engine.ran(engine.sh("echo kept > /d/f").volume("data", "/d"));
        engine.reopenAfter(() -> {
            try {
                Files.createDirectories(dir.resolve("data/volumes/.new-1234/_data"));
                Files.createDirectories(dir.resolve("data/volumes/.gone-1234/_data/x"));
                Files.createDirectories(dir.resolve("data/volumes/data/.copy/half"));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactly("data");
        assertThat(dir.resolve("data/volumes/data").toFile().list()).containsExactlyInAnyOrder("_data", "volume.json");
        assertThat(dir.resolve("data/volumes/data/_data/f")).hasContent("kept");
    }

    @Test
    void aLostDatabaseLosesNoVolume() {
        volumes().create(new VolumeRequest("data", Map.of("k", "v"), Map.of()));
        Container c = engine.ran(engine.sh("echo kept > /d/f").volume("data", "/d"));
        engine.containers().remove(new ContainerId(c.id().hex()), true);
        engine.reopenAfter(() -> {
            for (String name : List.of("gantry.db", "gantry.db-wal", "gantry.db-shm")) {
                try {
                    Files.deleteIfExists(dir.resolve("data").resolve(name));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });
        assertThat(volumes().find("data").orElseThrow().labels()).containsEntry("k", "v");
        assertThat(output(engine.ran(engine.sh("cat /d/f").volume("data", "/d"))))
                .isEqualTo("kept\n");
    }

    @Test
    void aVolumeIsRenamedWithItsFilesAndNotWhileItIsUsed() {
        Container c = engine.ran(engine.sh("echo kept > /d/f").volume("old", "/d"));
        assertThatThrownBy(() -> volumes().rename("old", "fresh")).isInstanceOf(Conflict.class);
        engine.containers().remove(c.id(), false);
        volumes().create(VolumeRequest.named("taken"));
        assertThatThrownBy(() -> volumes().rename("old", "taken")).isInstanceOf(Conflict.class);
        volumes().rename("old", "fresh");
        engine.reopen();
        assertThat(volumes().list()).extracting(Volume::name).containsExactly("fresh", "taken");
        assertThat(output(engine.ran(engine.sh("cat /d/f").volume("fresh", "/d"))))
                .isEqualTo("kept\n");
    }
}
