package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.volume.VolumeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the files of volumes are on: what their options name, or files of their own.
@Timeout(120)
class VolumeBackingTest extends VolumeSetting {
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

    private String loops() {
        StringBuilder files = new StringBuilder();
        try (var devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            for (Path device : devices) {
                Path file = device.resolve("loop/backing_file");
                String backing = Files.exists(file) ? Files.readString(file) : "";
                if (backing.contains(dir.toString())) {
                    files.append(backing);
                }
            }
        } catch (IOException e) {
            return "asked again";
        }
        return files.toString();
    }
}
