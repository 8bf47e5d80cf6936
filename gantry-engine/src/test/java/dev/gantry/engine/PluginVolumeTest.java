package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.engine.plugin.PluginDirectories;
import dev.gantry.engine.plugin.PluginProcess;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeRequest;
import dev.gantry.volume.Volumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Volumes that a plugin in another process keeps, in containers.
@Tag("kernel")
@Timeout(180)
class PluginVolumeTest {
    @TempDir
    Path dir;

    private TestEngine engine;
    private PluginProcess plugin;

    @BeforeEach
    void start() {
        engine = TestEngine.start(dir.resolve("e"));
        Path sockets = dir.resolve("plugins");
        plugin = PluginProcess.start(sockets, "sample").ready();
        engine.reopenWith(o -> o.plugins(new PluginDirectories(List.of(sockets), List.of())));
    }

    @AfterEach
    void stop() {
        if (plugin != null) {
            plugin.close();
        }
        if (engine != null) {
            engine.close();
        }
    }

    private Volumes volumes() {
        return engine.gantry.volumes();
    }

    private static MountsSpec.OfVolume sample(String name, String target) {
        return MountsSpec.OfVolume.at(name, target).by("sample");
    }

    private SpecBuilder withData(String script) {
        return engine.sh(script).volume(sample("data", "/data"));
    }

    private Volume created(String name) {
        return volumes().create(new VolumeRequest(name, Map.of(), Map.of("size", "5"), "sample"));
    }

    private List<String> asked(String method) {
        return plugin.calls().stream().filter(c -> c.startsWith(method + " ")).toList();
    }

    @Test
    void itsLifeIsTheProtocol() throws IOException {
        assertThat(plugin.calls()).as("it is activated on first use").isEmpty();
        Container c = engine.ran(withData("echo kept > /data/file; grep -c ' /data ' /proc/self/mountinfo"));
        assertThat(engine.log(c.id())).isEqualTo("1\n");
        assertThat(Files.readString(plugin.volume("data").resolve("file"))).isEqualTo("kept\n");
        Volume v = volumes().find("data").orElseThrow();
        assertThat(v.driver()).isEqualTo("sample");
        TestEngine.await("it is unmounted", () -> asked("VolumeDriver.Unmount").size() == 1);
        String who = "{\"Name\":\"data\",\"ID\":\"" + c.id().hex() + "\"}";
        assertThat(asked("VolumeDriver.Unmount").getFirst().length())
                .isEqualTo("VolumeDriver.Unmount ".length() + who.length());
        assertThat(volumes().kept(v).orElseThrow().mountpoint())
                .isEqualTo(plugin.volume("data").toString());
        assertThat(volumes().scope("sample")).isEqualTo("global");
        assertThatThrownBy(() -> volumes().remove("data")).isInstanceOf(Conflict.class);
        engine.containers().remove(c.id(), false);
        volumes().remove("data");
        assertThat(asked("VolumeDriver.Remove")).hasSize(1);
        assertThat(volumes().list()).isEmpty();
    }

    @Test
    void eachContainerHasItMountedOnce() {
        Container a = engine.started(withData("sleep 1000"));
        Container b = engine.started(withData("sleep 1000"));
        assertThat(asked("VolumeDriver.Mount")).hasSize(2).doesNotHaveDuplicates();
        assertThat(asked("VolumeDriver.Create")).hasSize(1);
        engine.containers().remove(a.id(), true);
        TestEngine.await(
                "the first has left", () -> asked("VolumeDriver.Unmount").size() == 1);
        assertThat(asked("VolumeDriver.Unmount").getFirst()).contains(a.id().hex());
        engine.containers().remove(b.id(), true);
        TestEngine.await("both have left", () -> asked("VolumeDriver.Unmount").size() == 2);
        volumes().remove("data");
    }

    @Test
    void theNextEngineKnowsWhoHasIt() {
        created("data");
        Container c = engine.started(withData("sleep 1000"));
        engine.reopenWith(o -> o.plugins(new PluginDirectories(List.of(dir.resolve("plugins")), List.of())));
        assertThat(volumes().users("data")).containsExactly(c.id().hex());
        engine.containers().remove(c.id(), true);
        TestEngine.await("it has left", () -> asked("VolumeDriver.Unmount").size() == 1);
        volumes().remove("data");
        assertThat(asked("VolumeDriver.Remove")).hasSize(1);
    }

    @Test
    void anonymousVolumesAreOfTheDriverThatWasAskedFor() {
        Container c = engine.ran(engine.sh("true").volumeDriver("sample").declareVolume("/cache"));
        assertThat(volumes().list()).hasSize(1).allMatch(v -> v.driver().equals("sample") && v.anonymous());
        engine.containers().remove(c.id(), false, true);
        assertThat(volumes().list()).isEmpty();
        assertThat(asked("VolumeDriver.Remove")).hasSize(1);
    }

    @Test
    void whatThePluginHasAlreadyBecomesOurs() {
        created("data");
        assertThat(asked("VolumeDriver.Create")).hasSize(1).allMatch(c -> c.contains("\"size\":\"5\""));
        engine.gantry.volumes().remove("data", true);
        plugin.faults("VolumeDriver.Get answer {\"Volume\":{\"Name\":\"data\"}}");
        created("data");
        assertThat(asked("VolumeDriver.Create")).as("it was there").hasSize(1);
    }

    @Test
    void whatOnlyThePluginKnowsIsSeenAndOneThatHangsIsTold() {
        created("data");
        assertThat(volumes().foreign().volumes()).containsEntry("sample", List.of());
        plugin.faults("VolumeDriver.List answer {\"Volumes\":[{\"Name\":\"data\"},{\"Name\":\"theirs\"}]}");
        assertThat(volumes().foreign().volumes().get("sample"))
                .hasSize(1)
                .allMatch(k -> k.name().equals("theirs"));
        plugin.faults("VolumeDriver.List hang");
        assertThat(volumes().foreign().problems())
                .containsExactly("list volumes with plugin sample: it did not answer VolumeDriver.List within 5 s");
    }

    @Test
    void aDriverThatNobodyBroughtIsSaidAndLeavesNothing() {
        assertThatThrownBy(() -> volumes().create(new VolumeRequest("data", Map.of(), Map.of(), "nobody")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("error looking up volume plugin nobody: plugin \"nobody\" not found");
        assertThatThrownBy(() -> engine.create(engine.sh("true")
                        .volume(MountsSpec.OfVolume.at("data", "/data").by("nobody"))))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("error looking up volume plugin nobody: plugin \"nobody\" not found");
        assertThat(volumes().list()).isEmpty();
        assertThat(engine.containers().list()).isEmpty();
        volumes().create(VolumeRequest.named("data"));
        assertThatThrownBy(() -> created("data")).isInstanceOf(Conflict.class).hasMessageContaining("driver local");
    }

    @Test
    void whatOnlyTheStoreCanDoIsRefused() {
        created("data");
        assertThatThrownBy(() -> volumes().rename("data", "other")).isInstanceOf(Unsupported.class);
        assertThatThrownBy(() -> volumes().copies().moment("data", (_, work) -> work.accept(() -> {})))
                .isInstanceOf(Unsupported.class);
        assertThatThrownBy(() -> engine.gantry.volumeCopies().copy("data", "other", TestEngine.SOON))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("it is kept by the plugin sample");
    }

    // faults

    @ParameterizedTest
    @ValueSource(
            strings = {
                "answer {\"Mountpoint\":\"/tmp/../etc\"}",
                "answer {\"Mountpoint\":\"etc\"}",
                "answer {\"Mountpoint\":\"/\"}",
                "answer {\"Mountpoint\":5}",
                "answer {\"Mountpoint\":[\"/etc\"]}",
                "answer {\"Mountpoint\":\"/a\\u0000b\"}",
                "answer {\"Err\":\"no space left\"}",
                "answer {",
                "huge",
                "close",
                "status"
            })
    void aLieIsNotMounted(String lie) {
        plugin.faults("VolumeDriver.Mount " + lie);
        Container c = engine.create(withData("true"));
        assertThatThrownBy(() -> engine.containers().start(c.id()))
                .isInstanceOf(GantryException.class)
                .hasMessageContaining("mount volume data with plugin sample");
        plugin.faults();
        engine.containers().start(c.id());
        assertThat(engine.exit(c.id()).code()).isZero();
    }

    @Test
    void aPluginThatHangsHoldsOnlyThoseWhoWantIt() throws Exception {
        Container c = engine.create(withData("true"));
        plugin.faults("VolumeDriver.Mount hang");
        var start = new FutureTask<>(() -> {
            engine.containers().start(c.id());
            return true;
        });
        Thread.startVirtualThread(start);
        TestEngine.await("it hangs", () -> asked("VolumeDriver.Mount").size() == 1);
        Container other = engine.ran(engine.sh("echo fine").volume("local", "/l"));
        assertThat(engine.log(other.id())).isEqualTo("fine\n");
        assertThat(volumes().list()).hasSize(2);
        assertThat(volumes().users("data")).hasSize(1);
        plugin.kill();
        assertThatThrownBy(start::get).hasRootCauseInstanceOf(IOException.class);
        assertThat(engine.containers().get(c.id()).orElseThrow().state()).isNotInstanceOf(ContainerState.Running.class);
        plugin.faults();
        plugin.startAgain();
        engine.containers().remove(c.id(), true);
    }

    @Test
    void anEndIsToldWhileThePluginHangsInUnmount() {
        plugin.faults("VolumeDriver.Unmount hang");
        Container c = engine.ran(withData("exit 3"));
        assertThat(engine.containers().get(c.id()).orElseThrow().state()).isInstanceOf(ContainerState.Exited.class);
        plugin.kill();
    }

    @Test
    void aPluginThatDiedIsFoundAgainWhenItRuns() {
        created("data");
        plugin.faults("VolumeDriver.Mount die");
        Container c = engine.create(withData("echo back"));
        assertThatThrownBy(() -> engine.containers().start(c.id())).isInstanceOf(Unavailable.class);
        plugin.faults();
        plugin.startAgain();
        // The plugin forgot everything with its process; it takes the volume again.
        TestEngine.await("it is asked again", () -> volumes().scope("sample").equals("global"));
        plugin.faults("VolumeDriver.Mount answer {\"Mountpoint\":\"" + plugin.volume("data") + "\"}");
        engine.containers().start(c.id());
        assertThat(engine.exit(c.id()).code()).isZero();
        assertThat(engine.log(c.id())).isEqualTo("back\n");
    }

    @Test
    void aRemovalThatFailsChangesNothingUnlessItIsForced() {
        created("data");
        plugin.faults("VolumeDriver.Remove answer {\"Err\":\"busy\"}");
        assertThatThrownBy(() -> volumes().remove("data"))
                .isInstanceOf(Internal.class)
                .hasMessageContaining("remove volume data with plugin sample: VolumeDriver.Remove: busy");
        assertThat(volumes().list()).hasSize(1);
        volumes().remove("data", true);
        assertThat(volumes().list()).isEmpty();
    }

    @Test
    void aVolumeWhoseDriverOnlyFailsIsNotForgottenUnlessThatIsForced() {
        created("data");
        plugin.faults(
                "VolumeDriver.Remove answer {\"Err\":\"down\"}",
                "VolumeDriver.Get answer {\"Err\":\"down\"}",
                "VolumeDriver.List answer {\"Err\":\"down\"}");
        assertThatThrownBy(() -> volumes().remove("data")).isInstanceOf(Internal.class);
        assertThat(volumes().list()).hasSize(1);
        plugin.faults();
        volumes().remove("data");
        assertThat(asked("VolumeDriver.Remove")).hasSize(2);
        created("again");
        plugin.faults("VolumeDriver.Remove answer {\"Err\":\"no such volume\"}", "VolumeDriver.List answer {}");
        volumes().remove("again");
        assertThat(volumes().list()).as("it lists what it has, and not this").isEmpty();
    }

    @Test
    void aCreationThatFailsLeavesNoVolume() {
        for (String fault : Set.of("answer {\"Err\":\"no\"}", "close", "answer 5")) {
            plugin.faults("VolumeDriver.Create " + fault);
            assertThatThrownBy(() -> created("data")).as(fault).isInstanceOf(GantryException.class);
            assertThat(volumes().list()).isEmpty();
        }
    }
}
