package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.volume.VolumeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Where in a container what is mounted, and with which owners; and that no link leads anywhere else.
@Timeout(120)
class VolumePlacesTest extends VolumeSetting {
    private static MountsSpec.OfVolume at(String name, String target, String subpath) {
        return MountsSpec.OfVolume.at(name, target).inside(subpath);
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
}
