package dev.gantry.csi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A CSI plugin in another process, through the whole protocol and its failures. It mounts, as real ones do.
@Tag("kernel")
@Timeout(180)
class CsiVolumesTest {
    @TempDir
    Path dir;

    private CsiProcess plugin;
    private CsiVolumes volumes;

    @BeforeEach
    void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the sample plugin mounts");
        plugin = new CsiProcess(dir).ready();
        volumes = open("boot-1");
    }

    private CsiVolumes open(String boot) {
        return new CsiVolumes(
                Linux.host(),
                "csi.sample",
                CsiPlace.ofHost(plugin.socket, dir.resolve("mounts")),
                dir.resolve("records"),
                boot,
                Duration.ofSeconds(20),
                Clock.systemUTC());
    }

    /// As after a kill: what was not stored is lost.
    private void reopen(String boot) {
        volumes.close();
        volumes = open(boot);
    }

    @AfterEach
    void stop() throws Exception {
        if (plugin != null) {
            volumes.close();
            plugin.close();
            takeMountsAway();
        }
    }

    private List<String> mounts() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.map(l -> l.split(" ")[4])
                    .filter(p -> p.startsWith(dir.toString()))
                    .toList();
        }
    }

    @Test
    void itsLifeIsTheProtocol() throws IOException {
        volumes.create("data", Map.of("size", "5m", "color", "red", "fstype", "ext4", "mountflags", "noatime,nodev"));
        String created = plugin.calls("CreateVolume").getFirst();
        assertThat(created)
                .contains("required_bytes: 5242880", "key: \"color\"   value: \"red\"", "fs_type: \"ext4\"")
                .contains("mount_flags: \"noatime\"     mount_flags: \"nodev\"", "mode: SINGLE_NODE_WRITER");
        Path place = volumes.mount("data", "one");
        assertThat(volumes.mount("data", "two")).isEqualTo(place);
        Files.writeString(place.resolve("file"), "kept");
        assertThat(plugin.files(plugin.volumes()[0]).resolve("file")).hasContent("kept");
        assertThat(plugin.calls("NodeStageVolume").getFirst())
                .contains("on-node-1", "key: \"color\"   value: \"red\"", "staging_target_path: \"" + dir);
        var kept = volumes.find("data").orElseThrow();
        assertThat(kept.mountpoint()).isEqualTo(place.toString());
        assertThat(kept.status()).containsEntry("CapacityBytes", 5242880L).containsEntry("Stage", "attached");
        volumes.unmount("data", "one");
        assertThat(mounts()).hasSize(2);
        volumes.unmount("data", "two");
        assertThat(mounts()).isEmpty();
        assertThat(dir.resolve("mounts")).isEmptyDirectory();
        volumes.remove("data");
        assertThat(plugin.verbs())
                .containsExactly(
                        "CreateVolume",
                        "ControllerPublishVolume",
                        "NodeStageVolume",
                        "NodePublishVolume",
                        "NodeUnpublishVolume",
                        "NodeUnstageVolume",
                        "ControllerUnpublishVolume",
                        "DeleteVolume");
        assertThat(plugin.volumes()).isEmpty();
        assertThat(volumes.list()).isEmpty();
    }

    @Test
    void whatAPluginCannotIsLeftOutOrRefused() throws IOException {
        plugin.write("without", "PUBLISH_UNPUBLISH_VOLUME", "STAGE_UNSTAGE_VOLUME", "EXPAND_VOLUME");
        volumes.create("data", Map.of());
        volumes.mount("data", "one");
        volumes.unmount("data", "one");
        assertThat(plugin.verbs()).containsExactly("CreateVolume", "NodePublishVolume", "NodeUnpublishVolume");
        assertThatThrownBy(() -> volumes.expand("data", 1 << 21)).isInstanceOf(Unsupported.class);
        volumes.remove("data");
        plugin.write("without", "CONTROLLER_SERVICE", "PUBLISH_UNPUBLISH_VOLUME");
        reopen("boot-1");
        assertThatThrownBy(() -> volumes.create("data", Map.of()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("name one that is there with volume-id");
        Files.createDirectories(plugin.files("old"));
        volumes.create("old", Map.of("volume-id", "old", "context.color", "blue"));
        volumes.mount("old", "one");
        assertThat(plugin.calls("NodePublishVolume").getLast()).contains("value: \"blue\"");
        volumes.unmount("old", "one");
        volumes.remove("old");
        assertThat(plugin.files("old")).as("it was not made here").exists();
    }

    @Test
    void aKillAtAnyStepIsMadeGoodByTheNextEngine() throws IOException {
        plugin.write("faults", "CreateVolume die-after");
        volumes.close();
        volumes = impatient();
        assertThatThrownBy(() -> volumes.create("data", Map.of())).isInstanceOf(Unavailable.class);
        again();
        reopen("boot-1");
        assertThat(volumes.find("data")).as("nobody knows whether it is there").isEmpty();
        volumes.create("data", Map.of());
        assertThat(plugin.volumes()).as("the same creation again").hasSize(1);
        for (String method : List.of("ControllerPublishVolume", "NodeStageVolume", "NodePublishVolume")) {
            plugin.write("faults", method + " die-after");
            volumes.close();
            volumes = impatient();
            assertThatThrownBy(() -> volumes.mount("data", "one")).as(method).isInstanceOf(Unavailable.class);
            again();
            reopen("boot-1");
            volumes.mount("data", "one");
            assertThat(mounts()).hasSize(2);
            volumes.unmount("data", "one");
            assertThat(mounts()).isEmpty();
        }
        volumes.mount("data", "one");
        reopen("boot-1");
        volumes.settle((_, user) -> user.equals("one"));
        assertThat(mounts()).as("who has it still has it").hasSize(2);
        reopen("boot-1");
        volumes.settle((_, _) -> false);
        await(() -> mounts().isEmpty());
        plugin.write("faults", "DeleteVolume die-after");
        volumes.close();
        volumes = impatient();
        assertThatThrownBy(() -> volumes.remove("data")).isInstanceOf(Unavailable.class);
        again();
        reopen("boot-1");
        volumes.remove("data");
        assertThat(volumes.list()).isEmpty();
    }

    private CsiVolumes impatient() {
        return new CsiVolumes(
                Linux.host(),
                "csi.sample",
                CsiPlace.ofHost(plugin.socket, dir.resolve("mounts")),
                dir.resolve("records"),
                "boot-1",
                Duration.ofMillis(200),
                Clock.systemUTC());
    }

    private void again() throws IOException {
        await(() -> !plugin.isAlive());
        plugin.write("faults");
        plugin.start();
        plugin.ready();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aRestartOfTheHostTakesTheMountsAndNothingElse() throws IOException {
        volumes.create("data", Map.of());
        volumes.mount("data", "one");
        reopen("boot-2");
        plugin.forgetCalls();
        volumes.mount("data", "two");
        assertThat(plugin.verbs()).contains("ControllerPublishVolume", "NodeStageVolume", "NodePublishVolume");
        volumes.unmount("data", "two");
        assertThat(mounts()).as("the user of the other boot holds nothing").isEmpty();
        volumes.remove("data");
    }

    @Test
    void whatIsNotMountedAnyMoreIsBroughtAgain() throws Exception {
        volumes.create("data", Map.of());
        Path place = volumes.mount("data", "one");
        Files.writeString(place.resolve("file"), "kept");
        takeMountsAway();
        assertThat(place).as("a bare directory").isEmptyDirectory();
        plugin.write("faults", "NodePublishVolume status INTERNAL");
        assertThatThrownBy(() -> volumes.mount("data", "two")).isInstanceOf(Internal.class);
        assertThat(plugin.verbs())
                .as("one has it still")
                .doesNotContain("NodeUnpublishVolume", "ControllerUnpublishVolume");
        plugin.write("faults");
        volumes.mount("data", "two");
        assertThat(place.resolve("file")).hasContent("kept");
        volumes.unmount("data", "two");
        assertThat(mounts()).as("one has it still").hasSize(2);
        volumes.unmount("data", "one");
        assertThat(mounts()).isEmpty();
    }

    private void takeMountsAway() throws Exception {
        for (String mount : mounts().reversed()) {
            new ProcessBuilder("umount", "-l", mount).start().waitFor(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void noLinkOfAPluginIsFollowedWhereItsVolumesAre() throws IOException {
        Path root = Files.createDirectories(dir.resolve("shared"));
        Path outside = Files.createDirectories(dir.resolve("outside"));
        Path below = root.resolve("gantry");
        volumes.close();
        volumes = new CsiVolumes(
                Linux.host(),
                "csi.sample",
                new CsiPlace(plugin.socket, root, below, dir.resolve("inside"), true),
                dir.resolve("records"),
                "boot-1",
                Duration.ofSeconds(20),
                Clock.systemUTC());
        assertThat(volumes.limit(below)).hasValue(root);
        volumes.create("data", Map.of());
        Files.createSymbolicLink(below, outside);
        Path file = Files.createDirectory(outside.resolve("data")).resolve("target");
        Files.writeString(file, "not ours");
        assertThatThrownBy(() -> volumes.mount("data", "one")).isInstanceOf(InvalidArgument.class);
        Files.delete(below);
        Files.createDirectory(below);
        Files.createSymbolicLink(below.resolve("data"), outside.resolve("data"));
        assertThatThrownBy(() -> volumes.mount("data", "one")).isInstanceOf(InvalidArgument.class);
        assertThat(outside.resolve("data").toFile().list()).containsExactly("target");
        assertThat(file).hasContent("not ours");
    }

    @Test
    void eachStatusIsItsKindOfError() {
        Map<String, Class<? extends GantryException>> kinds = Map.of(
                "INVALID_ARGUMENT", InvalidArgument.class,
                "OUT_OF_RANGE", InvalidArgument.class,
                "ALREADY_EXISTS", Conflict.class,
                "RESOURCE_EXHAUSTED", Conflict.class,
                "UNAUTHENTICATED", Forbidden.class,
                "NOT_FOUND", NotFound.class,
                "UNIMPLEMENTED", Unsupported.class,
                "INTERNAL", Internal.class);
        kinds.forEach((status, kind) -> {
            plugin.write("faults", "CreateVolume status " + status);
            assertThatThrownBy(() -> volumes.create("data", Map.of()))
                    .as(status)
                    .isInstanceOf(kind)
                    .hasMessageContaining("create volume data with csi.sample: CreateVolume: " + status)
                    .hasMessageContaining("as it was told");
        });
        plugin.write("faults", "CreateVolume once status ABORTED");
        volumes.create("data", Map.of());
        plugin.write("faults", "NodePublishVolume lie");
        assertThatThrownBy(() -> volumes.mount("data", "one"))
                .isInstanceOf(Internal.class)
                .hasMessageContaining("no directory is there");
        plugin.write("faults", "Size wrong");
        assertThatThrownBy(() -> volumes.create("small", Map.of("size", "1g")))
                .isInstanceOf(Internal.class)
                .hasMessageContaining("which were not asked for");
        assertThat(plugin.volumes()).as("it went again").hasSize(1);
    }

    @Test
    void secretsAreReadFromAFileOfTheirOwnerAndShownToNobody() throws IOException {
        Path secrets = dir.resolve("secrets.json");
        Files.writeString(secrets, "{\"token\":\"hush\"}");
        Map<String, String> options = Map.of("secrets", secrets.toString());
        Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> volumes.create("data", options)).isInstanceOf(Forbidden.class);
        Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-------"));
        volumes.create("data", options);
        assertThat(plugin.calls("CreateVolume").getLast()).contains("hush");
        plugin.write("faults", "ControllerPublishVolume status INTERNAL");
        assertThatThrownBy(() -> volumes.mount("data", "one"))
                .satisfies(e -> assertThat(stack(e)).doesNotContain("hush"));
        assertThat(Files.readString(dir.resolve("records/data.json"))).doesNotContain("hush");
        Files.writeString(secrets, "{\"token\":\"hush");
        assertThatThrownBy(() -> volumes.mount("data", "one"))
                .satisfies(e -> assertThat(stack(e)).contains("no JSON object").doesNotContain("hush"));
    }

    private static String stack(Throwable e) {
        var text = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    @Test
    void aVolumeBeginsAsAnother() {
        volumes.create("data", Map.of());
        volumes.create("clone", Map.of("from", "data"));
        assertThat(plugin.calls("CreateVolume").getLast()).contains("volume {     volume_id: \"id-gantry-");
        plugin.write("without", "CLONE_VOLUME");
        reopen("boot-1");
        volumes.create("copy", Map.of("from", "data"));
        assertThat(plugin.calls("CreateVolume").getLast()).contains("snapshot_id: \"snap-gantry-");
        assertThat(plugin.verbs())
                .containsSubsequence("CreateSnapshot", "CreateSnapshot", "CreateVolume", "DeleteSnapshot");
        assertThatThrownBy(() -> volumes.create("none", Map.of("from", "nope"))).isInstanceOf(NotFound.class);
        assertThat(volumes.list()).hasSize(3);
    }

    @Test
    void itGrowsWhileItIsUsedAndTheNodeIsToldAtTheNextUseOtherwise() {
        volumes.create("data", Map.of());
        assertThat(volumes.expand("data", 3 << 20)).isEqualTo(3 << 20);
        assertThat(plugin.calls("NodeExpandVolume")).isEmpty();
        volumes.mount("data", "one");
        assertThat(plugin.calls("NodeExpandVolume")).hasSize(1);
        volumes.expand("data", 4 << 20);
        assertThat(plugin.calls("NodeExpandVolume")).hasSize(2);
        assertThat(volumes.find("data").orElseThrow().status()).containsEntry("CapacityBytes", 4194304L);
        volumes.unmount("data", "one");
    }

    @Test
    void optionsThatMakeNoSenseAreRefusedBeforeAnybodyIsAsked() {
        for (Map<String, String> options : List.of(
                Map.of("size", "much"),
                Map.of("size", "0"),
                Map.of("size", "2g", "limit", "1g"),
                Map.of("access", "everybody"),
                Map.of("secrets", "relative"),
                Map.of("volume-id", "x", "size", "1g"),
                Map.of("context.a", "b"))) {
            assertThatThrownBy(() -> volumes.create("data", options))
                    .as(options.toString())
                    .isInstanceOf(InvalidArgument.class);
        }
        assertThat(plugin.calls()).isEmpty();
    }
}
