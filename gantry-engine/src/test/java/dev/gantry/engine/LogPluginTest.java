package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec.LogConfig;
import dev.gantry.engine.log.LogQuery;
import dev.gantry.engine.plugin.PluginDirectories;
import dev.gantry.engine.plugin.PluginProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What containers write, on its way to a plugin in another process and back.
@Tag("kernel")
@Timeout(180)
class LogPluginTest {
    @TempDir
    Path dir;

    private TestEngine engine;
    private PluginProcess plugin;

    @BeforeEach
    void start() {
        engine = TestEngine.start(dir.resolve("e"));
        Path sockets = dir.resolve("plugins");
        plugin = PluginProcess.start(sockets, "sample").ready();
        open();
    }

    private void open() {
        engine.reopenWith(o -> o.plugins(new PluginDirectories(List.of(dir.resolve("plugins")), List.of())));
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

    private static LogConfig by(String driver) {
        return new LogConfig(LogConfig.Kind.TEXT, 1 << 20, 2, false, driver, false, Map.of("color", "red"));
    }

    private List<String> asked(String method) {
        return plugin.calls().stream().filter(c -> c.startsWith(method + " ")).toList();
    }

    private void awaitStops(int count) {
        TestEngine.await("it is told", () -> asked("LogDriver.StopLogging").size() == count);
    }

    @Test
    void itsLifeIsTheProtocol() {
        Container c = engine.ran(engine.sh("echo one; echo $(seq 9000); printf rest")
                .env(List.of("A=b", "PATH=/bin"))
                .label("l", "x")
                .log(by("sample")));
        awaitStops(1);
        assertThat(asked("LogDriver.StartLogging"))
                .singleElement()
                .asString()
                .contains(
                        "\"ContainerID\":\"" + c.id().hex() + "\"",
                        "\"ContainerName\":\"/" + c.name() + "\"",
                        "\"ContainerEntrypoint\":\"sh\",\"ContainerArgs\":[\"-c\",",
                        "\"Config\":{\"color\":\"red\"}",
                        "\"A=b\"",
                        "\"ContainerLabels\":{\"l\":\"x\"}");
        assertThat(engine.log(c.id()))
                .startsWith("one\n1 2 3 ")
                .contains(" 8999 9000\n")
                .endsWith("rest\n");
        assertThat(asked("LogDriver.ReadLogs")).isNotEmpty();
        assertThat(engine.log(c.id(), new LogQuery(false, true, LogQuery.ALL.since(), LogQuery.ALL.until(), -1, false)))
                .as("nothing on stderr")
                .isEmpty();
        plugin.faults("LogDriver.Capabilities answer {}");
        assertThat(engine.log(c.id())).as("from the file").startsWith("one\n").endsWith("rest");
        engine.containers().remove(c.id(), true);
    }

    /// As the plugin has it, between what else is in the records.
    private String kept(Container c) {
        try {
            Path log = plugin.log(c.id().hex());
            return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noLineIsLostWhenThePluginOrTheEngineEnds() {
        Container c =
                engine.started(engine.sh("i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; sleep 0.02; done")
                        .log(by("sample")));
        TestEngine.await("it has some", () -> kept(c).contains("line 20"));
        plugin.kill();
        plugin.startAgain();
        TestEngine.await("it has more", () -> kept(c).contains("line 100"));
        open();
        TestEngine.await("it has all", () -> kept(c).contains("line 300"));
        assertThat(engine.exit(c.id()).code()).isZero();
        String all = engine.log(c.id());
        assertThat(asked("LogDriver.ReadLogs")).isNotEmpty();
        Set<String> lines = Set.copyOf(all.lines().toList());
        for (int i = 1; i <= 300; i++) {
            assertThat(lines).contains("line " + i);
        }
    }

    @Test
    void whatAPluginRefusesIsTold() {
        assertThatThrownBy(() -> engine.create(engine.sh("true").log(by("nobody"))))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("no log driver named 'nobody' is registered");
        plugin.faults("LogDriver.StartLogging answer {\"Err\":\"color red is not known\"}");
        Container c = engine.create(engine.sh("true").log(by("sample")));
        assertThatThrownBy(() -> engine.containers().start(c.id()))
                .isInstanceOf(GantryException.class)
                .hasMessageContaining("failed to initialize logging driver")
                .hasMessageContaining("color red is not known");
        plugin.faults("LogDriver.ReadLogs noise");
        assertThat(engine.log(c.id())).as("from the file, in which nothing is").isEmpty();
    }
}
