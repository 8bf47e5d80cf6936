package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.RestartPolicy;
import dev.gantry.engine.container.WaitCondition;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.images.snapshot.StorageDriver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the next engine finds when this one is gone.
class AdoptTest {
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

    private void sql(String statement) {
        try (var c = DriverManager.getConnection("jdbc:sqlite:" + dir.resolve("data/gantry.db"));
                var s = c.createStatement()) {
            s.executeUpdate(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The parent of the container's first process, which is its watch.
    private static ProcessHandle watchOf(Container c) {
        return ProcessHandle.of(c.pid()).flatMap(ProcessHandle::parent).orElseThrow();
    }

    private static String counted(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    @Test
    void aSecondEngineOnTheSameDataRootIsRefusedWithThePid() {
        assertThatThrownBy(() -> Gantry.open(engine.options))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid() + " holds this data root");
        assertThat(engine.log(engine.ran(engine.spec("echo", "still here")).id()))
                .isEqualTo("still here\n");
    }

    @Test
    void whatRunsGoesOnAndIsTheNextOnes() {
        var c = engine.started(engine.sh("echo before; while [ ! -e /go ]; do sleep 0.02; done; echo after; exit 5")
                .env(List.of("A=1")));
        engine.reopen();
        assertThat(now(c).state()).isEqualTo(c.state());
        var exec = engine.gantry.execs().create(c.id(), ExecSpec.of("sh", "-c", "echo $A; echo > /go"));
        var output = TestEngine.Output.of(
                engine.gantry.execs().start(exec.id(), dev.gantry.engine.container.AttachRequest.OUTPUT, 0, 0));
        assertThat(output.text()).isEqualTo("1\n");
        assertThat(engine.exit(c.id()).code()).isEqualTo(5);
        assertThat(engine.log(c.id())).isEqualTo("before\nafter\n");
    }

    @Test
    void whatEndedMeanwhileHasItsCodeAndItsLog() {
        var c = engine.started(engine.sh("trap 'seq 1 5000; exit 9' TERM; echo 0; while :; do sleep 0.02; done"));
        TestEngine.await("it waits", () -> engine.log(c.id()).equals("0\n"));
        engine.reopenAfter(() -> {
            ProcessHandle.of(c.pid()).orElseThrow().destroy();
            TestEngine.await(
                    "it has ended", () -> Files.exists(c.files().directory().resolve("exit.json")));
        });
        assertThat(now(c).state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        e -> assertThat(e.exit().code()).isEqualTo(9));
        assertThat(engine.log(c.id())).isEqualTo(counted(0, 5000));
        assertThat(engine.gantry.events().after(0, 1000).stream()
                        .filter(e -> e.subject().equals(c.id().hex()))
                        .map(Event::action))
                .containsExactly("create", "start", "die");
    }

    @Test
    void theKilledEngineLosesNoByteAndNoCode() throws Exception {
        engine.gantry.close();
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                EngineMain.class.getName(),
                engine.options.dataRoot().toString(),
                engine.options.runRoot().toString(),
                engine.options.shim().toString(),
                engine.options.cgroup(),
                engine.image.toString(),
                "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; done; exit 3",
                "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo $i; sleep 0.01; done; exit 4",
                "echo alive; sleep 1000",
                "rm:sleep 0.5; exit 0"));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ContainerId> ids = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
                assertThat(line).as("the engine's process ended early").isNotNull();
                ids.add(new ContainerId(line));
            }
        } finally {
            process.destroyForcibly();
        }
        process.waitFor();
        engine.gantry = Gantry.open(engine.options);
        assertThat(engine.exit(ids.get(0)).code()).isEqualTo(3);
        assertThat(engine.log(ids.get(0))).isEqualTo(counted(1, 3000));
        assertThat(engine.exit(ids.get(1)).code()).isEqualTo(4);
        assertThat(engine.log(ids.get(1))).isEqualTo(counted(1, 200));
        assertThat(engine.containers().get(ids.get(2)).orElseThrow().isRunning())
                .isTrue();
        TestEngine.await(
                "the container with autoRemove is gone",
                () -> engine.containers().get(ids.get(3)).isEmpty());
    }

    @Test
    void aKilledWatchTakesItsContainerWithItAndSaysSo() {
        var c = engine.started(engine.spec("sleep", "1000"));
        ProcessHandle init = ProcessHandle.of(c.pid()).orElseThrow();
        watchOf(c).destroyForcibly();
        var exit = engine.exit(c.id());
        assertThat(exit.code()).isEqualTo(137);
        assertThat(exit.words()).isEqualTo("supervisor lost");
        TestEngine.await("its process is gone", () -> TestEngine.hasEnded(init));
        assertThat(engine.gantry.events().after(0, 1000).getLast().action()).isEqualTo("die");
    }

    @Test
    void aWatchKilledWhileNoEngineLivesIsFoundOut() {
        var c = engine.started(engine.spec("sleep", "1000"));
        ProcessHandle init = ProcessHandle.of(c.pid()).orElseThrow();
        engine.reopenAfter(() -> {
            ProcessHandle watch = watchOf(c);
            watch.destroyForcibly();
            TestEngine.await("the watch is gone", () -> TestEngine.hasEnded(watch));
        });
        assertThat(engine.exit(c.id()).words()).isEqualTo("supervisor lost");
        TestEngine.await("its process is gone", () -> TestEngine.hasEnded(init));
    }

    @Test
    void afterARestartOfTheHostItSaysSo() {
        var c = engine.started(engine.spec("sleep", "1000"));
        engine.reopenAfter(() -> {
            // As after a boot: the processes are gone, and the run root is empty.
            ProcessHandle watch = watchOf(c);
            ProcessHandle init = ProcessHandle.of(c.pid()).orElseThrow();
            watch.destroyForcibly();
            init.destroyForcibly();
            TestEngine.await("both are gone", () -> TestEngine.hasEnded(watch) && TestEngine.hasEnded(init));
            removeGroups(c);
            sql("UPDATE containers SET boot_id='another'");
        });
        var exit = engine.exit(c.id());
        assertThat(exit.code()).isEqualTo(255);
        assertThat(exit.words()).isEqualTo("the host was restarted");
    }

    @Test
    void aRecordOfAnotherProcessWithTheSamePidIsNotBelieved() {
        var c = engine.started(engine.spec("sleep", "1000"));
        engine.reopenAfter(() -> {
            ProcessHandle watch = watchOf(c);
            watch.destroyForcibly();
            TestEngine.await("the watch is gone", () -> TestEngine.hasEnded(watch));
            try {
                Files.writeString(
                        c.files().directory().resolve("exit.json"),
                        "{\"version\":1,\"boot\":\""
                                + Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                                        .strip()
                                + "\",\"pid\":" + c.pid() + ",\"startTime\":1,\"code\":0,\"signal\":0,\"oom\":false,"
                                + "\"finishedAt\":1,\"dropped\":0}\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(engine.exit(c.id()).code()).isEqualTo(137);
    }

    @Test
    void aReusedPidIsNotKilled() throws Exception {
        // A row that names this very process by its pid, with another start time, and no watch.
        var c = engine.started(engine.spec("sleep", "1000"));
        Process bystander = new ProcessBuilder("sleep", "1000").start();
        try {
            engine.reopenAfter(() -> {
                ProcessHandle watch = watchOf(c);
                watch.destroyForcibly();
                TestEngine.await("the watch is gone", () -> TestEngine.hasEnded(watch));
                // Both may be born in one tick of the clock: the row gets another start time for certain.
                sql("UPDATE containers SET start_time=1, pid=" + bystander.pid());
            });
            assertThat(engine.exit(c.id()).words()).isEqualTo("supervisor lost");
            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroyForcibly().waitFor();
        }
    }

    /// One that waits for its end, is restarted, and then ends by itself.
    private Container runsTwice() {
        var c = engine.started(
                engine.sh("[ ! -e /ran ] || { echo run; exit 1; }; touch /ran; echo run; exec sleep 1000")
                        .restart(RestartPolicy.parse("on-failure:1")));
        TestEngine.await("it waits", () -> engine.log(c.id()).equals("run\n"));
        return c;
    }

    /// While no engine lives.
    private static void end(Container c) {
        ProcessHandle.of(c.pid()).orElseThrow().destroyForcibly();
        TestEngine.await(
                "it has ended", () -> Files.exists(c.files().directory().resolve("exit.json")));
    }

    @Test
    void removalAndRestartOfWhatEndedMeanwhileAreDoneByTheNextEngine() {
        var gone = engine.started(engine.spec("sleep", "1000").autoRemove(true));
        var again = runsTwice();
        engine.reopenAfter(() -> {
            end(gone);
            end(again);
        });
        TestEngine.await(
                "the one is removed", () -> engine.containers().get(gone.id()).isEmpty());
        TestEngine.await(
                "the other has run twice and stays ended",
                () -> now(again).history().restarts() == 1 && now(again).state() instanceof ContainerState.Exited);
        assertThat(engine.log(again.id())).isEqualTo("run\nrun\n");
    }

    @Test
    void aRestartingContainerRunsUntilItIsStopped() {
        var c = engine.started(engine.spec("false").restart(RestartPolicy.parse("always")));
        TestEngine.await("it was restarted twice", () -> now(c).history().restarts() >= 2);
        // A run may be under way: process 1 ignores the signal, and so each ends by itself.
        engine.containers().stop(c.id(), dev.gantry.engine.container.StopRequest.DEFAULT);
        TestEngine.await("it stays ended", () -> now(c).state() instanceof ContainerState.Exited);
        assertThat(engine.exit(c.id()).code()).isEqualTo(1);
    }

    @Test
    void oneRowThatMakesNoSenseDoesNotKeepTheOthersFromBeingServed() throws Exception {
        var bad = engine.ran(engine.spec("true"));
        engine.awaitNoWatch(bad.id()); // nobody could find its directory by the row
        var good = engine.started(engine.spec("sleep", "1000"));
        engine.reopenAfter(() -> sql("UPDATE containers SET watch_dir='a'||char(0) WHERE id='"
                + bad.id().hex() + "'"));
        assertThat(now(good).state()).isEqualTo(good.state());
        assertThat(now(bad).state()).isInstanceOf(ContainerState.Exited.class);
    }

    @Test
    void aRunWhoseStartWasNotStoredIsRestartedByItsPolicy() {
        var c = runsTwice();
        engine.reopenAfter(() -> {
            end(c);
            sql("UPDATE containers SET state='created', pid=0, started_at=0, boot_id='', watch_dir=''");
        });
        TestEngine.await(
                "it has run twice and stays ended",
                () -> now(c).history().restarts() == 1 && now(c).state() instanceof ContainerState.Exited);
        assertThat(engine.log(c.id())).isEqualTo("run\nrun\n");
    }

    @Test
    void aStartOfWhichNobodyWasToldAndNothingIsKeptIsGivenUpAndSaysSo() {
        var c = engine.started(engine.spec("sleep", "1000"));
        engine.reopenAfter(() -> {
            sql("UPDATE containers SET state='created', pid=0, started_at=0, boot_id='', watch_dir=''");
            try (var directories = Files.list(dir.resolve("run/w"))) {
                for (var directory : directories.toList()) {
                    Files.deleteIfExists(directory.resolve("plan"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        TestEngine.await("it is ended", () -> now(c).state() instanceof ContainerState.Exited);
        assertThat(now(c).history().exit().orElseThrow().code()).isEqualTo(137);
        assertThat(now(c).history().exit().orElseThrow().words())
                .isEqualTo("the engine died while it was being started");
    }

    @Test
    void whatHasNoRowIsGarbageAndGoes() throws Exception {
        String stray = "f".repeat(64);
        engine.reopenAfter(() -> {
            try {
                Files.createDirectories(dir.resolve("data/containers").resolve(stray));
                Files.writeString(dir.resolve("data/containers").resolve(stray).resolve("hosts"), "x");
                Files.createDirectories(dir.resolve("data/snapshots/overlay/containers")
                        .resolve(stray)
                        .resolve("upper/a"));
                Files.createDirectories(dir.resolve("run/w/" + "f".repeat(16)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(dir.resolve("data/containers")).isEmptyDirectory();
        assertThat(dir.resolve("data/snapshots/overlay/containers")).isEmptyDirectory();
        assertThat(dir.resolve("run/w")).isEmptyDirectory();
    }

    @Test
    void aRunningContainerWhoseRowIsGoneIsGarbageToo() {
        var c = engine.started(engine.spec("sleep", "1000"));
        ProcessHandle init = ProcessHandle.of(c.pid()).orElseThrow();
        engine.reopenAfter(() -> sql("DELETE FROM containers"));
        TestEngine.await("it is killed", () -> TestEngine.hasEnded(init));
    }

    @Test
    void aRowWithoutItsFilesIsDeadAndCanBeRemoved() {
        var c = engine.ran(engine.spec("true"));
        engine.reopenAfter(() -> {
            try (var files = Files.list(c.files().directory())) {
                for (Path f : files.toList()) {
                    Files.delete(f);
                }
                Files.delete(c.files().directory());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(now(c).state()).isInstanceOf(ContainerState.Dead.class);
        engine.containers().remove(c.id(), false);
        assertThat(engine.containers().list()).isEmpty();
    }

    @Test
    void aContainerWhoseFilesAreThereAgainIsAsItWas() {
        var ended = engine.ran(engine.spec("sh", "-c", "echo kept > /f; exit 3"));
        var made = engine.create(engine.spec("true"));
        Path files = dir.resolve("data/snapshots/overlay/containers");
        Path away = dir.resolve("away");
        engine.reopenAfter(() -> {
            try {
                Files.move(files, away);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(now(ended).state()).isInstanceOf(ContainerState.Dead.class);
        assertThat(now(made).state()).isInstanceOf(ContainerState.Dead.class);
        engine.reopenAfter(() -> {
            try {
                Files.delete(files);
                Files.move(away, files);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(now(ended).state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        e -> assertThat(e.exit().code()).isEqualTo(3));
        assertThat(now(made).state()).isInstanceOf(ContainerState.Created.class);
        engine.containers().start(ended.id());
    }

    @Test
    void containersOfTheOtherStorageDriverStayWhatTheyAre() {
        var running = engine.started(engine.spec("sleep", "1000"));
        var overlay = engine.ran(engine.sh("echo run >> /f; exec cat /f"));
        engine.reopenWith(options -> options.storage(Optional.of(StorageDriver.COPY)));
        assertThat(now(overlay).state()).isInstanceOf(ContainerState.Exited.class);
        engine.gantry.execs().create(running.id(), ExecSpec.of("true"));
        assertThat(engine.gantry.layers().changes(overlay.id()))
                .extracting(Object::toString)
                .hasSize(1);
        assertThat(again(overlay)).isEqualTo("run\nrun\nrun\n");
        var copy = engine.ran(engine.sh("echo run >> /f; exec cat /f"));
        engine.reopen();
        assertThat(engine.gantry.storage().driver()).isEqualTo(StorageDriver.OVERLAY);
        assertThat(again(copy)).isEqualTo("run\nrun\nrun\n");
        engine.containers().remove(copy.id(), false);
        assertThat(dir.resolve("data/snapshots/copy/containers")).isEmptyDirectory();
    }

    /// All it has said, after one more run.
    private String again(Container c) {
        var end = engine.containers().expect(c.id(), WaitCondition.NEXT_EXIT);
        engine.containers().start(c.id());
        end.within(Duration.ofSeconds(60)).orElseThrow();
        return engine.log(c.id());
    }

    private void removeGroups(Container c) {
        for (Path parent : engine.groups()) {
            try {
                Files.deleteIfExists(parent.resolve(c.id().hex()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
