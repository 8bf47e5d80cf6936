package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec.LogConfig;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.managed.ManagedPlugins;
import dev.gantry.engine.managed.PluginView;
import dev.gantry.engine.managed.SampleManaged;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeRequest;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Plugins that the engine runs itself: a real program in a root file system of its own.
@Tag("kernel")
@Timeout(180)
class ManagedPluginTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private TestEngine engine;
    private SampleManaged sample;

    @BeforeEach
    void start() throws IOException {
        engine = TestEngine.start(dir.resolve("e"));
        sample = SampleManaged.in(dir.resolve("sample"));
        plugins().create("sample", sample.tar());
    }

    @AfterEach
    void stop() {
        if (engine != null) {
            engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
            engine.gantry.volumes().list().forEach(v -> engine.gantry.volumes().remove(v.name(), true));
            plugins().list().forEach(p -> plugins().remove(p.id(), true));
            engine.close();
        }
    }

    private ManagedPlugins plugins() {
        return engine.gantry.plugins();
    }

    private Container ran(String script) {
        return engine.ran(
                engine.sh(script).volume(MountsSpec.OfVolume.at("data", "/data").by("sample")));
    }

    private Volume created() {
        return engine.gantry.volumes().create(new VolumeRequest("data", Map.of(), Map.of(), "sample"));
    }

    private List<String> pids() throws IOException {
        String id = plugins().get("sample").id();
        Path group = engine.groups().stream()
                .map(g -> g.resolve(id).resolve("cgroup.procs"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        return Files.readAllLines(group);
    }

    @Test
    void itKeepsVolumesForContainersAndIsInNoListOfThem() throws IOException {
        plugins().set("sample", List.of("KIND=tmpfs"));
        plugins().enable("sample", PATIENCE);
        Container c = ran("echo kept > /data/file; grep -c ' /data .* tmpfs ' /proc/self/mountinfo");
        assertThat(engine.log(c.id()))
                .as("what it mounts is seen by containers")
                .isEqualTo("1\n");
        assertThat(engine.containers().list()).hasSize(1);
        Volume v = engine.gantry.volumes().find("data").orElseThrow();
        assertThat(v.driver()).isEqualTo("sample:latest");
        assertThatThrownBy(() -> plugins().disable("sample", false))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("in use by volume data");
        engine.containers().remove(c.id(), true);
        engine.gantry.volumes().remove("data");
        plugins().disable("sample", false);
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(dir.toString());
        assertThatThrownBy(this::created).isInstanceOf(Conflict.class).hasMessageContaining("found but disabled");
        assertThat(engine.gantry.events().after(0, 1000).stream()
                        .filter(e -> e.kind() == Event.Kind.PLUGIN)
                        .map(Event::action))
                .containsExactly("create", "enable", "disable");
    }

    @Test
    void itKeepsLogs() throws IOException {
        sample.config(SampleManaged.CONFIG.replace("volumedriver", "logdriver"));
        plugins().create("logs", sample.tar());
        var log = new LogConfig(LogConfig.Kind.TEXT, 1 << 20, 2, false, "logs", false, Map.of());
        assertThatThrownBy(() -> engine.create(engine.sh("true").log(log)))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("found but disabled");
        plugins().enable("logs", PATIENCE);
        Container c =
                engine.started(engine.sh("echo one; read x; echo two").log(log).openStdin(true, false));
        TestEngine.await("the plugin has it", () -> engine.log(c.id()).equals("one\n"));
        assertThatThrownBy(() -> plugins().disable("logs", false))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("in use by container " + c.name());
        engine.containers().remove(c.id(), true);
        plugins().disable("logs", false);
    }

    @Test
    void whatItHasIsWhatItsConfigurationSays() throws IOException {
        plugins().enable("sample", PATIENCE);
        String pid = pids().getFirst();
        assertThat(Path.of("/proc", pid, "root/host/hostname")).exists();
        assertThat(Path.of("/proc", pid, "root/host/passwd").toFile().setWritable(true, false))
                .as("the mount is read-only")
                .isFalse();
        assertThat(Files.readString(Path.of("/proc", pid, "net/dev")).lines().skip(2))
                .as("network none: lo and nothing else")
                .hasSize(1);
        assertThat(Files.readString(Path.of("/proc", pid, "environ"))).contains("FIXED=1", "KIND=directory");
        String status = Files.readString(Path.of("/proc", pid, "status"));
        assertThat(status).contains("CapEff:\t00000000a82425fb").contains("Seccomp:\t2");
    }

    @Test
    void anEngineThatWasKilledFindsItAgain() throws IOException {
        plugins().enable("sample", PATIENCE);
        created();
        List<String> before = pids();
        engine.reopen();
        assertThat(pids()).as("it went on").isEqualTo(before);
        assertThat(plugins().get("sample").enabled()).isTrue();
        Container c = ran("echo still > /data/file; cat /data/file");
        assertThat(engine.log(c.id())).isEqualTo("still\n");
        engine.reopenAfter(() -> kill(before));
        ran("true");
        assertThat(pids()).as("one that died while nobody looked is started").isNotEqualTo(before);
        plugins().disable("sample", true);
        engine.reopen();
        assertThat(plugins().get("sample").enabled())
                .as("what is off stays off")
                .isFalse();
    }

    @Test
    void whatAKillLeftHalfDoneIsTidied() throws IOException {
        String id = plugins().get("sample").id();
        Path all = dir.resolve("e/data/plugins");
        engine.reopenAfter(() -> {
            all.resolve("ab".repeat(32)).resolve("rootfs/etc").toFile().mkdirs();
            all.resolve(id).resolve("rootfs-newer/etc").toFile().mkdirs();
        });
        assertThat(all.toFile().list()).containsExactlyInAnyOrder(id, "content");
        assertThat(all.resolve(id).toFile().list()).containsExactlyInAnyOrder("plugin.json", "rootfs");
        plugins().enable("sample", PATIENCE);
        List<String> running = pids();
        engine.gantry.close();
        Path state = all.resolve(id).resolve("plugin.json");
        // The start, or the end, was not stored any more.
        Files.writeString(state, Files.readString(state).replace("\"Enabled\":true", "\"Enabled\":false"));
        engine.gantry = Gantry.open(engine.options);
        // Its watch is gone: whoever reaps it may take his time.
        ProcessHandle.of(Long.parseLong(running.getFirst()))
                .ifPresent(p -> TestEngine.await("it has ended", () -> TestEngine.hasEnded(p)));
        plugins().enable("sample", PATIENCE);
    }

    @Test
    void noBlobGoesWhileAPluginCannotBeRead() throws IOException {
        Path state = dir.resolve("e/data/plugins")
                .resolve(plugins().get("sample").id())
                .resolve("plugin.json");
        String text = Files.readString(state);
        engine.gantry.close();
        Files.writeString(state, "{");
        engine.gantry = Gantry.open(engine.options);
        assertThat(plugins().list()).isEmpty();
        plugins().create("other", sample.tar());
        plugins().remove("other", false);
        engine.gantry.close();
        Files.writeString(state, text);
        engine.gantry = Gantry.open(engine.options);
        plugins().enable("sample", PATIENCE);
    }

    @Test
    void oneThatDiesIsStartedAgain() throws IOException {
        plugins().enable("sample", PATIENCE);
        List<String> before = pids();
        kill(before);
        ran("true");
        assertThat(pids()).isNotEqualTo(before).isNotEmpty();
    }

    private static void kill(List<String> pids) {
        for (String pid : pids) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> {
                process.destroyForcibly();
                TestEngine.await("it is dead", () -> TestEngine.hasEnded(process));
            });
        }
    }

    @Test
    void oneThatNeverListensIsNotEnabledAndLeavesNothing() throws IOException {
        plugins().set("sample", List.of("FAULT=deaf"));
        assertThatThrownBy(() -> plugins().enable("sample", Duration.ofMillis(300)))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("nobody listens at its socket sample.sock");
        plugins().set("sample", List.of("FAULT=end"));
        assertThatThrownBy(() -> plugins().enable("sample", PATIENCE))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("ended before it listened");
        assertThat(plugins().get("sample").enabled()).isFalse();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(dir.toString());
    }

    @Test
    void whatADeadWatchLeftIsInNobodysWay() throws IOException {
        String id = plugins().get("sample").id();
        Path watch =
                Files.createDirectories(engine.options.runRoot().resolve("p/w").resolve(id.substring(0, 16)));
        Files.writeString(watch.resolve("s"), "");
        plugins().enable("sample", PATIENCE);
        assertThat(pids()).isNotEmpty();
    }

    @Test
    void oneThatIsWaitedForIsDisabledAtOnce() throws Exception {
        plugins().set("sample", List.of("FAULT=deaf"));
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> enabling = tasks.submit(() -> plugins().enable("sample", Duration.ofMinutes(2)));
            TestEngine.await("it runs", this::runs);
            assertThatThrownBy(() -> plugins().set("sample", List.of("FAULT="))).isInstanceOf(Conflict.class);
            plugins().disable("sample", false);
            assertThatThrownBy(enabling::get).hasCauseInstanceOf(Unavailable.class);
        }
        assertThat(plugins().get("sample").enabled()).isFalse();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(dir.toString());
        plugins().set("sample", List.of("FAULT="));
        plugins().enable("sample", PATIENCE);
    }

    private boolean runs() {
        try {
            return !pids().isEmpty();
        } catch (IOException | NoSuchElementException notYet) {
            return false;
        }
    }

    @Test
    void aSlowClientKeepsNobodyFromChangingOthers() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor();
                var slow = new PipedOutputStream()) {
            var body = new PipedInputStream(slow, 1 << 20);
            byte[] tar = sample.tar().readAllBytes();
            Future<PluginView> slowly = tasks.submit(() -> plugins().create("slow", body));
            slow.write(tar, 0, 1024);
            slow.flush();
            TestEngine.await("it reads", () -> directories() == 3);
            assertThat(tasks.submit(() -> plugins().create("other", sample.tar()))
                            .get(60, TimeUnit.SECONDS))
                    .isNotNull();
            tasks.submit(() -> plugins().remove("other", false)).get(60, TimeUnit.SECONDS);
            tasks.submit(() -> plugins().create("slow", sample.tar())).get(60, TimeUnit.SECONDS);
            slow.write(tar, 1024, tar.length - 1024);
            slow.close();
            assertThatThrownBy(slowly::get).as("the name was taken meanwhile").hasCauseInstanceOf(Conflict.class);
        }
        assertThat(directories()).as("slow, sample and content").isEqualTo(3);
        plugins().enable("slow", PATIENCE);
    }

    @Test
    void oneThatDoesNotEndKeepsNobodyFromChangingOthers() throws Exception {
        plugins().set("sample", List.of("FAULT=stay"));
        plugins().enable("sample", PATIENCE);
        List<String> running = pids();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<PluginView> removing = tasks.submit(() -> plugins().remove("sample", true));
            TestEngine.await("it is off", () -> !plugins().get("sample").enabled());
            plugins().create("other", sample.tar());
            plugins().remove("other", false);
            assertThat(removing.isDone()).isFalse();
            kill(running);
            assertThat(removing.get().name()).isEqualTo("sample:latest");
        }
        assertThat(plugins().list()).isEmpty();
        assertThat(directories()).as("content").isOne();
    }

    private int directories() {
        return dir.resolve("e/data/plugins").toFile().list().length;
    }

    @Test
    void oneThatLiesOrDiesCostsItsCallerAnErrorAndNobodyElse() {
        for (String fault : List.of("die", "lie", "link")) {
            plugins().set("sample", List.of("FAULT=" + fault));
            plugins().enable("sample", PATIENCE);
            assertThatThrownBy(() -> engine.started(engine.sh("ls /data; sleep 100")
                            .volume(MountsSpec.OfVolume.at("data", "/data").by("sample"))))
                    .as(fault)
                    .isInstanceOf(GantryException.class);
            engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
            if (engine.gantry.volumes().find("data").isPresent()) {
                engine.gantry.volumes().remove("data", true);
            }
            plugins().disable("sample", true);
        }
    }

    @Test
    void nothingTakesTheNameOfAGuardAndNothingTakesItAway() throws IOException {
        plugins().enable("sample", PATIENCE);
        engine.gantry.authorization(List.of("sample", "guard", "Not A Name"));
        assertThatThrownBy(() -> plugins().create("guard:latest", sample.tar()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("about every request");
        for (boolean force : List.of(true, false)) {
            String id = plugins().get("sample").id();
            assertThatThrownBy(() -> plugins().disable(id, force))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("about every request");
            assertThatThrownBy(() -> plugins().remove("sample", force))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("about every request");
        }
        assertThat(plugins().list()).singleElement().matches(PluginView::enabled);
        engine.gantry.authorization(List.of());
    }

    @Test
    void onlyWhatIsSettableIsSetAndOnlyWhileItIsOff() {
        assertThatThrownBy(() -> plugins().set("sample", List.of("FAULT=x", "FIXED=2")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("is not settable");
        assertThatThrownBy(() -> plugins().set("sample", List.of("NOPE=2")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("not found in the plugin configuration");
        plugins().set("sample", List.of("etc.source=/usr", "args=other.sock  more"));
        PluginView view = plugins().get("sample");
        assertThat(view.settings().env()).as("all or none").contains("FAULT=");
        assertThat(view.settings().mounts().getFirst().source()).contains("/usr");
        assertThat(view.settings().args()).containsExactly("other.sock", "more");
        plugins().set("sample", List.of("etc.source=/etc", "args=sample.sock"));
        plugins().enable("sample", PATIENCE);
        assertThatThrownBy(() -> plugins().set("sample", List.of("FAULT=die"))).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> plugins().remove("sample", false)).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> plugins().enable("sample", PATIENCE)).isInstanceOf(Conflict.class);
    }

    @Test
    void whatCannotBeAPluginIsRefusedAndLeavesNothing() throws IOException {
        assertThatThrownBy(() -> plugins().create("sample:latest", sample.tar()))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> plugins().create("Not A Name", sample.tar())).isInstanceOf(InvalidArgument.class);
        for (String config : List.of(
                "[]",
                "{\"entrypoint\": []}",
                SampleManaged.CONFIG.replace("sample.sock\"},", "../../x.sock\"},"),
                SampleManaged.CONFIG.replace("/mnt/state", "/"),
                SampleManaged.CONFIG.replace(
                        "\"bind\", \"options\": [\"ro\"]", "\"overlay\", \"options\": [\"lowerdir=/\"]"),
                SampleManaged.CONFIG.replace("\"type\": \"bind\"", "\"type\": \"proc\""),
                SampleManaged.CONFIG.replace("\"type\": \"bind\"", "\"type\": \"none\""),
                SampleManaged.CONFIG.replace("\"bind\", \"options\": [\"ro\"]", "\"tmpfs\", \"options\": [\"x=/etc\"]"),
                SampleManaged.CONFIG.replace("\"none\"", "\"strange\""))) {
            sample.config(config);
            assertThatThrownBy(() -> plugins().create("other", sample.tar()))
                    .as(config)
                    .isInstanceOf(InvalidArgument.class);
        }
        sample.config(SampleManaged.CONFIG.replace("volumedriver", "secretprovider"));
        plugins().create("secrets", sample.tar());
        assertThatThrownBy(() -> plugins().enable("secrets", PATIENCE)).isInstanceOf(Unsupported.class);
        plugins().remove("secrets", false);
        assertThatThrownBy(() -> plugins().get("secrets")).isInstanceOf(NotFound.class);
        try (Stream<Path> directories = Files.list(dir.resolve("e/data/plugins"))) {
            assertThat(directories.map(d -> d.getFileName().toString()))
                    .containsExactlyInAnyOrder(plugins().get("sample").id(), "content");
        }
    }
}
