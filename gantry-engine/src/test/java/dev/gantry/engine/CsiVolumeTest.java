package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.plugin.PluginDirectories;
import dev.gantry.volume.VolumeRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Volumes of a CSI plugin in another process, in containers. The protocol itself is tested where it is spoken.
@Tag("kernel")
@Timeout(180)
class CsiVolumeTest {
    private static final Path SAMPLE = Path.of("../gantry-csi/target/test-classes");

    @TempDir
    Path dir;

    private TestEngine engine;
    private Process plugin;
    private Path home;

    @BeforeEach
    void start() throws IOException {
        engine = TestEngine.start(dir.resolve("e"));
        Assumptions.assumeTrue(Files.isDirectory(SAMPLE), "the tests of gantry-csi are not built");
        Path sockets = Files.createDirectories(dir.resolve("plugins"));
        home = Files.createDirectories(dir.resolve("home"));
        Path socket = sockets.resolve("csi.sample.sock");
        plugin = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        SAMPLE + File.pathSeparator + System.getProperty("java.class.path"),
                        "dev.gantry.csi.SampleCsi",
                        socket.toString(),
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out").toFile())
                .start();
        reopen();
        TestEngine.await("it listens", () -> Files.exists(socket));
    }

    private void reopen() {
        engine.reopenWith(o -> o.plugins(new PluginDirectories(List.of(dir.resolve("plugins")), List.of())));
    }

    @AfterEach
    void stop() throws Exception {
        if (engine != null) {
            engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
            TestEngine.await("nothing is mounted", () -> mounts().isEmpty());
            engine.gantry.volumes().list().forEach(v -> engine.gantry.volumes().remove(v.name(), true));
            engine.close();
        }
        if (plugin != null) {
            plugin.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }

    private List<String> mounts() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.map(l -> l.split(" ")[4])
                    .filter(p -> p.contains(dir + "/e/data/csi/"))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static MountsSpec.OfVolume data() {
        return MountsSpec.OfVolume.at("data", "/data").by("csi.sample");
    }

    @Test
    void containersUseItAndItGoesWithItsLastUser() throws IOException {
        Container a = engine.ran(engine.sh("echo kept > /data/file").volume(data()));
        Container b = engine.ran(engine.sh("cat /data/file").volume(data()));
        assertThat(engine.log(b.id())).isEqualTo("kept\n");
        var v = engine.gantry.volumes().find("data").orElseThrow();
        TestEngine.await(
                "it has left the node",
                () -> "created"
                        .equals(engine.gantry
                                .volumes()
                                .kept(v)
                                .orElseThrow()
                                .status()
                                .get("Stage")));
        assertThat(mounts()).isEmpty();
        assertThat(engine.gantry.volumes().expand("data", 4 << 20)).isEqualTo(4 << 20);
        engine.gantry.volumes().create(new VolumeRequest("clone", Map.of(), Map.of("from", "data"), "csi.sample"));
        engine.containers().remove(a.id(), false);
        engine.containers().remove(b.id(), false);
        engine.gantry.volumes().remove("data");
        engine.gantry.volumes().remove("clone");
        assertThat(home.resolve("volumes")).isEmptyDirectory();
    }

    @Test
    void theNextEngineKnowsWhoHasItAndLetsGoOfTheRest() {
        Container stays = engine.started(engine.sh("sleep 1000").volume(data()));
        Container ends = engine.started(engine.sh("sleep 1000")
                .volume(MountsSpec.OfVolume.at("other", "/data").by("csi.sample")));
        long pid = ((dev.gantry.engine.container.ContainerState.Running) ends.state()).pid();
        engine.gantry.close();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        engine.gantry =
                Gantry.open(engine.options.plugins(new PluginDirectories(List.of(dir.resolve("plugins")), List.of())));
        TestEngine.await("that of the other is gone", () -> mounts().stream().noneMatch(m -> m.contains("/other/")));
        assertThat(mounts()).hasSize(2);
        assertThat(engine.containers().get(stays.id()).orElseThrow().isRunning())
                .isTrue();
    }

    /// The same program in a root file system of its own, which sees of the host what a JVM needs.
    @Test
    void aManagedPluginKeepsVolumesInItsPropagatedMount() throws Exception {
        String classPath = SAMPLE.toRealPath() + File.pathSeparator + System.getProperty("java.class.path");
        var mounts = new java.util.TreeSet<>(List.of("/usr", "/etc"));
        Stream.of(classPath.split(File.pathSeparator))
                .map(entry -> "/" + Path.of(entry).toAbsolutePath().getName(0))
                .forEach(mounts::add);
        Path context = Files.createDirectories(dir.resolve("context"));
        Path rootfs = Files.createDirectories(context.resolve("rootfs"));
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(rootfs.resolve(link), Path.of("usr", link));
        }
        String binds = mounts.stream()
                .map(m ->
                        "{\"source\":\"%1$s\",\"destination\":\"%1$s\",\"type\":\"bind\",\"options\":[\"rbind\",\"ro\"]}"
                                .formatted(m))
                .collect(java.util.stream.Collectors.joining(","));
        Files.writeString(context.resolve("config.json"), """
                {"interface":{"types":["docker.csinode/1.0","docker.csicontroller/1.0"],"socket":"csi.sock"},
                "entrypoint":["%s","-XX:TieredStopAtLevel=1","-XX:+UseSerialGC","-XX:-UsePerfData","-cp","%s",
                "dev.gantry.csi.SampleCsi","/run/docker/plugins/csi.sock","/mnt/state/home"],
                "propagatedMount":"/mnt/state","mounts":[%s],"linux":{"capabilities":["CAP_SYS_ADMIN"]}}""".formatted(
                        System.getProperty("java.home") + "/bin/java", classPath, binds));
        var tar = new java.io.ByteArrayOutputStream();
        var linux = dev.gantry.linux.Linux.host();
        try (var root = linux.files().openDirectory(context.toString())) {
            dev.gantry.images.layer.TreeTar.pack(linux, root, tar);
        }
        var plugins = engine.gantry.plugins();
        plugins.create("inside", new java.io.ByteArrayInputStream(tar.toByteArray()));
        try {
            plugins.enable("inside", java.time.Duration.ofSeconds(60));
            Container a = engine.ran(engine.sh("echo kept > /data/file").volume(managed()));
            Container b = engine.ran(engine.sh("cat /data/file; grep -c ' /data ' /proc/self/mountinfo")
                    .volume(managed()));
            assertThat(engine.log(b.id())).isEqualTo("kept\n1\n");
            assertThat(engine.gantry.volumes().find("data").orElseThrow().driver())
                    .isEqualTo("csi.inside:latest");
            assertThatThrownBy(() -> plugins.disable("inside", false))
                    .isInstanceOf(dev.gantry.base.Conflict.class)
                    .hasMessageContaining("in use by volume data");
            engine.containers().remove(a.id(), false);
            engine.containers().remove(b.id(), false);
            aKilledOneIsAskedForTheVolumeAgain();
            aLinkOfItsOwnLeadsNowhere();
            engine.gantry.volumes().remove("data");
        } finally {
            plugins.remove("inside", true);
        }
    }

    private static MountsSpec.OfVolume managed() {
        return MountsSpec.OfVolume.at("data", "/data").by("csi.inside");
    }

    private void aKilledOneIsAskedForTheVolumeAgain() throws IOException {
        Container holds = engine.started(engine.sh("sleep 1000").volume(managed()));
        Path below = propagated();
        Path group = engine.groups().stream()
                .map(g -> g.resolve(engine.gantry.plugins().get("inside").id()).resolve("cgroup.procs"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        for (String pid : Files.readAllLines(group)) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
        }
        TestEngine.await("what it mounted has gone with it", () -> {
            try {
                return !Files.readString(Path.of("/proc/self/mountinfo")).contains(below + "/gantry/");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Container next = engine.ran(engine.sh("cat /data/file").volume(managed()));
        assertThat(engine.log(next.id())).isEqualTo("kept\n");
        engine.containers().remove(next.id(), false);
        engine.containers().remove(holds.id(), true);
    }

    private void aLinkOfItsOwnLeadsNowhere() throws IOException {
        Path gantry = propagated().resolve("gantry");
        Path outside = Files.createDirectories(dir.resolve("outside"));
        TestEngine.await("it has left the node", () -> gantry.toFile().list().length == 0);
        Files.delete(gantry);
        Files.createSymbolicLink(gantry, outside);
        assertThatThrownBy(() -> engine.started(engine.sh("true").volume(managed())))
                .isInstanceOf(GantryException.class);
        assertThat(outside).isEmptyDirectory();
        Files.delete(gantry);
        engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
    }

    private Path propagated() {
        return dir.resolve("e/data/plugins")
                .resolve(engine.gantry.plugins().get("inside").id())
                .resolve("propagated-mount");
    }

    @Test
    void aFailureIsToldAndLeavesNothing() throws IOException {
        assertThatThrownBy(() ->
                        engine.gantry.volumes().create(new VolumeRequest("lost", Map.of(), Map.of(), "csi.nowhere")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("error looking up volume plugin csi.nowhere");
        assertThatThrownBy(() -> engine.gantry
                        .volumes()
                        .create(new VolumeRequest("lost", Map.of(), Map.of("size", "much"), "csi.sample")))
                .isInstanceOf(InvalidArgument.class);
        Files.writeString(home.resolve("faults"), "NodePublishVolume status RESOURCE_EXHAUSTED\n");
        assertThatThrownBy(() -> engine.started(engine.sh("true").volume(data())))
                .isInstanceOf(GantryException.class)
                .hasMessageContaining("NodePublishVolume: RESOURCE_EXHAUSTED: as it was told");
        assertThat(mounts()).isEmpty();
    }
}
