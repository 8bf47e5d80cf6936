package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.engine.TestEngine.Output;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Attachment;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.LaunchFailure;
import dev.gantry.engine.container.StopRequest;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.engine.log.LogQuery;
import dev.gantry.engine.log.LogRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bytes in and out: attachments, execs, logs.
class StreamsTest {
    @TempDir
    static Path dir;

    private static TestEngine engine;

    @BeforeAll
    static void open() {
        engine = TestEngine.start(dir);
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private static CompletableFuture<Output> reading(Attachment attachment) {
        return CompletableFuture.supplyAsync(() -> Output.of(attachment), Thread::startVirtualThread);
    }

    @Test
    void anAttachmentMadeBeforeTheStartMissesNothing() {
        var c = engine.create(engine.sh("echo out; echo err >&2"));
        var output = reading(engine.containers().attach(c.id(), AttachRequest.OUTPUT));
        engine.containers().start(c.id());
        assertThat(output.join().text()).isEqualTo("out\n");
        assertThat(output.join().err.toString(StandardCharsets.UTF_8)).isEqualTo("err\n");
        assertThat(output.join().end.reason()).isEqualTo(Attachment.Reason.DONE);
    }

    @Test
    void whatGoesInComesOutByteForByte() throws Exception {
        byte[] bytes = new byte[5 << 20];
        new Random(1).nextBytes(bytes);
        var spec = engine.spec("cat")
                .openStdin(true, true)
                .log(new ContainerSpec.LogConfig(ContainerSpec.LogConfig.Kind.NONE, 0, 0, false));
        var c = engine.create(spec);
        var attachment = engine.containers().attach(c.id(), AttachRequest.FOREGROUND);
        var output = reading(attachment);
        engine.containers().start(c.id());
        try (var in = attachment.stdin()) {
            in.write(bytes);
        }
        assertThat(output.join().out.toByteArray()).isEqualTo(bytes);
        assertThat(engine.exit(c.id()).code()).isZero();
    }

    @Test
    void anAttachmentThatIsGivenUpBeforeTheStartLeavesNoWatch() throws Exception {
        var c = engine.create(engine.spec("true"));
        engine.containers().attach(c.id(), AttachRequest.OUTPUT).close();
        engine.awaitNoWatch(c.id());
        engine.containers().start(c.id());
        assertThat(engine.exit(c.id()).code()).isZero();
    }

    @Test
    void aTerminalHasTheSizeItWasGivenBeforeTheStart() {
        var c = engine.create(
                engine.sh("stty size 2>/dev/null || busybox stty size").tty(true));
        engine.containers().resize(c.id(), 33, 77);
        var output = reading(engine.containers().attach(c.id(), AttachRequest.OUTPUT));
        engine.containers().start(c.id());
        assertThat(output.join().text()).isEqualTo("33 77\r\n");
    }

    @Test
    void logsAreTheExactBytesInTheirOrder() {
        var c = engine.ran(
                engine.sh(
                        "busybox tr '\\0' x </dev/zero | head -c 100000; echo; printf 'tab\\tquote\" back\\\\ ü € 🐋\\n'; printf end"));
        assertThat(engine.log(c.id())).isEqualTo("x".repeat(100_000) + "\ntab\tquote\" back\\ ü € 🐋\nend");
    }

    @Test
    void theLastRecordsAndThoseOfATimeAreFound() {
        var c = engine.ran(engine.spec("seq", "1", "1000"));
        assertThat(engine.log(c.id(), LogQuery.ALL.last(3))).isEqualTo("998\n999\n1000\n");
        assertThat(engine.log(c.id(), LogQuery.ALL.last(0))).isEmpty();
        assertThat(engine.log(c.id(), LogQuery.ALL.last(5000))).startsWith("1\n2\n");
        Instant later = Instant.now().plusSeconds(3600);
        assertThat(engine.log(c.id(), new LogQuery(true, true, later, Instant.MAX, -1, false)))
                .isEmpty();
        assertThat(engine.log(c.id(), new LogQuery(false, true, Instant.MIN, Instant.MAX, -1, false)))
                .isEmpty();
    }

    @Test
    void aFollowerSeesEveryRecordAcrossRotations() {
        var c = engine.create(engine.sh("for i in $(seq 1 20000); do echo line $i; done")
                .log(new ContainerSpec.LogConfig(ContainerSpec.LogConfig.Kind.JSON_FILE, 64 << 10, 50, false)));
        engine.containers().start(c.id());
        StringBuilder text = new StringBuilder();
        try (var stream = engine.gantry.logs().open(c.id(), LogQuery.ALL.following())) {
            for (var r = stream.next(); r.isPresent(); r = stream.next()) {
                text.append(new String(r.get().bytes(), StandardCharsets.UTF_8));
            }
        }
        StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= 20000; i++) {
            expected.append("line ").append(i).append('\n');
        }
        assertThat(text.toString()).isEqualTo(expected.toString());
        assertThat(engine.log(c.id())).isEqualTo(expected.toString());
        assertThat(c.files().log().resolveSibling(c.files().log().getFileName() + ".1"))
                .exists();
    }

    @Test
    void aFollowerIsLetGoByClosingItsStream() throws Exception {
        var c = engine.started(engine.spec("sleep", "1000"));
        // Many times: the close may come before, while or after the reader begins to follow.
        for (int i = 0; i < 100; i++) {
            var stream = engine.gantry.logs().open(c.id(), LogQuery.ALL.following());
            var next = CompletableFuture.supplyAsync(stream::next, Thread::startVirtualThread);
            if (i % 2 == 1) {
                Thread.yield();
            }
            stream.close();
            assertThat(next.get(60, java.util.concurrent.TimeUnit.SECONDS)).isEmpty();
        }
        engine.containers().remove(c.id(), true);
    }

    @Test
    void anExecRunsBesideTheContainersProgram() {
        var c = engine.started(engine.spec("sleep", "1000").env(List.of("A=1")).user("web"));
        var exec = engine.gantry
                .execs()
                .create(c.id(), ExecSpec.of("sh", "-c", "echo $A; id -un; cat /proc/1/comm; exit 7"));
        var output = Output.of(engine.gantry.execs().start(exec.id(), AttachRequest.OUTPUT, 0, 0));
        assertThat(output.text()).isEqualTo("1\nweb\nsleep\n");
        assertThat(engine.gantry.execs().await(exec.id(), TestEngine.SOON)).hasValue(7);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void anExecTakesItsInput() throws Exception {
        var c = engine.started(engine.spec("sleep", "1000"));
        var exec = engine.gantry
                .execs()
                .create(c.id(), new ExecSpec(List.of("wc", "-c"), List.of(), "", "", false, true, false, ""));
        var attachment = engine.gantry.execs().start(exec.id(), AttachRequest.FOREGROUND, 0, 0);
        var output = reading(attachment);
        try (var in = attachment.stdin()) {
            in.write(new byte[1 << 20]);
        }
        assertThat(output.join().text().strip()).isEqualTo("1048576");
        engine.containers().remove(c.id(), true);
    }

    @Test
    void anExecThatCannotStartSaysWhichStepFailed() {
        var c = engine.started(engine.spec("sleep", "1000"));
        var exec = engine.gantry.execs().create(c.id(), ExecSpec.of("nope"));
        assertThatThrownBy(() -> engine.gantry.execs().startDetached(exec.id(), 0, 0))
                .hasMessageContaining("exec in container " + c.name() + ": exec nope (step")
                .cause()
                .isInstanceOfSatisfying(
                        LaunchFailure.class, f -> assertThat(f.stage()).isEqualTo(LaunchFailure.Stage.EXEC));
        assertThat(engine.gantry.execs().await(exec.id(), TestEngine.SOON)).hasValue(127);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void anExecEndsWithItsContainer() {
        var c = engine.started(engine.spec("sleep", "1000"));
        var exec = engine.gantry.execs().create(c.id(), ExecSpec.of("sleep", "1000"));
        engine.gantry.execs().startDetached(exec.id(), 0, 0);
        engine.containers().remove(c.id(), true);
        assertThat(engine.gantry.execs().await(exec.id(), TestEngine.SOON)).hasValue(137);
    }

    @Test
    void anExecThatWasNeverStartedIsForgottenWithItsContainersRun() {
        var c = engine.started(engine.spec("sleep", "1000"));
        var never = engine.gantry.execs().create(c.id(), ExecSpec.of("true"));
        assertThat(engine.gantry.execs().find(never.id().hex()).id()).isEqualTo(never.id());
        engine.containers().stop(c.id(), StopRequest.DEFAULT.timeout(Duration.ZERO));
        assertThatThrownBy(() -> engine.gantry.execs().find(never.id().hex())).isInstanceOf(NotFound.class);
        assertThat(engine.gantry.execs().of(c.id())).isEmpty();
        engine.containers().remove(c.id(), true);
    }

    @Test
    void noExecInWhatDoesNotRun() {
        var c = engine.ran(engine.spec("true"));
        assertThatThrownBy(() -> engine.gantry.execs().create(c.id(), ExecSpec.of("true")))
                .isInstanceOf(Conflict.class);
    }

    @Test
    void recordsSayTheirStreamAndTheirTime() {
        Instant before = Instant.now().minusSeconds(1);
        var c = engine.ran(engine.sh("echo e >&2"));
        try (var stream = engine.gantry.logs().open(c.id(), LogQuery.ALL)) {
            LogRecord r = stream.next().orElseThrow();
            assertThat(r.stream()).isEqualTo(LogRecord.Stream.STDERR);
            assertThat(r.time()).isAfter(before);
        }
    }
}
