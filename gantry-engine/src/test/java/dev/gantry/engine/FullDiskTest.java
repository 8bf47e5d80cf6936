package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.RestartPolicy;
import dev.gantry.engine.exec.ExecSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is left when a change cannot be stored: the database refuses some rows for a while.
class FullDiskTest {
    @TempDir
    Path dir;

    private TestEngine engine;

    @BeforeEach
    void open() {
        engine = TestEngine.start(dir);
    }

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private Container now(Container c) {
        return engine.containers().get(c.id()).orElseThrow();
    }

    private int sql(String statement) {
        try (var c = DriverManager.getConnection("jdbc:sqlite:" + dir.resolve("data/gantry.db"));
                var s = c.createStatement()) {
            s.execute("PRAGMA busy_timeout=5000");
            if (!s.execute(statement)) {
                return 0;
            }
            try (var rows = s.getResultSet()) {
                return rows.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// From now on no row gets this state; the attempts are counted.
    private void refuse(String state) {
        sql("CREATE TABLE IF NOT EXISTS refused(x)");
        sql("CREATE TRIGGER full BEFORE UPDATE ON containers WHEN NEW.state='" + state
                + "' AND OLD.state<>NEW.state BEGIN INSERT INTO refused VALUES(1); SELECT RAISE(FAIL, 'full'); END");
    }

    private int refused() {
        return sql("SELECT count(*) FROM refused");
    }

    private void refuseNothing() {
        sql("DROP TRIGGER full");
    }

    private boolean hasGroups(Container c) {
        return engine.groups().stream().anyMatch(g -> Files.exists(g.resolve(c.id().hex())));
    }

    @Test
    void aStartThatCannotBeStoredLeavesNothingRunning() {
        var c = engine.create(engine.sh("echo run; sleep 1000"));
        refuse("running");
        assertThatThrownBy(() -> engine.containers().start(c.id())).isInstanceOf(GantryException.class);
        assertThat(refused()).isEqualTo(1);
        assertThat(hasGroups(c)).isFalse();
        assertThat(dir.resolve("run/w")).isEmptyDirectory();
        assertThat(c.files().directory().resolve("exit.json")).doesNotExist();
        assertThat(now(c).state()).isInstanceOf(ContainerState.Created.class);
        refuseNothing();
        engine.reopen();
        assertThat(now(c).state()).isInstanceOf(ContainerState.Created.class);
        engine.containers().start(c.id());
        assertThat(now(c).isRunning()).isTrue();
    }

    @Test
    void anEndThatCannotBeStoredIsStoredLater() {
        var c = engine.create(engine.sh("exit 7"));
        refuse("exited");
        engine.containers().start(c.id());
        TestEngine.await("it was tried twice", () -> refused() >= 2);
        assertThat(now(c).isRunning()).isTrue();
        refuseNothing();
        assertThat(engine.exit(c.id()).code()).isEqualTo(7);
        assertThat(now(c).state()).isInstanceOf(ContainerState.Exited.class);
    }

    @Test
    void theLossOfAWatchThatCannotBeStoredIsStoredLater() {
        var c = engine.started(engine.spec("sleep", "1000"));
        refuse("exited");
        ProcessHandle.of(c.pid()).flatMap(ProcessHandle::parent).orElseThrow().destroyForcibly();
        TestEngine.await("it was tried twice", () -> refused() >= 2);
        refuseNothing();
        assertThat(engine.exit(c.id()).words()).isEqualTo("supervisor lost");
    }

    @Test
    void anEndWhileNoEngineLivedIsStoredLaterToo() {
        var c = engine.started(engine.sh("trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done"));
        TestEngine.await("it waits", () -> engine.log(c.id()).equals("ready\n"));
        engine.reopenAfter(() -> {
            ProcessHandle.of(c.pid()).orElseThrow().destroy();
            TestEngine.await(
                    "it has ended", () -> Files.exists(c.files().directory().resolve("exit.json")));
            refuse("exited");
        });
        TestEngine.await("it was tried twice", () -> refused() >= 2);
        refuseNothing();
        assertThat(engine.exit(c.id()).code()).isEqualTo(7);
    }

    @Test
    void anExecEndsAlsoWhenItsEventsCannotBeStored() {
        var c = engine.started(engine.spec("sleep", "1000"));
        var exec = engine.gantry.execs().create(c.id(), ExecSpec.of("sh", "-c", "exit 3"));
        sql("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'full'); END");
        engine.gantry.execs().startDetached(exec.id(), 0, 0);
        assertThat(engine.gantry.execs().await(exec.id(), TestEngine.SOON)).hasValue(3);
        refuseNothing();
    }

    @Test
    void aRestartThatCannotBeStoredEndsInAnExitedContainer() {
        var c = engine.create(engine.sh("exit 1").restart(RestartPolicy.parse("on-failure:5")));
        engine.containers().start(c.id());
        refuse("running");
        TestEngine.await("it has given up", () -> now(c).state() instanceof ContainerState.Exited);
        TestEngine.await("nothing of it is left", () -> !hasGroups(c));
        refuseNothing();
    }
}
