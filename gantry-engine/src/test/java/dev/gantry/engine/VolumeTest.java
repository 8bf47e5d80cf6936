package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.event.Event;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Volumes from the inside of containers, and what is left of them.
@Timeout(120)
class VolumeTest extends VolumeSetting {
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
