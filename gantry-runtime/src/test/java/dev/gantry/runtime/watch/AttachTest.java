package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.await;
import static dev.gantry.runtime.watch.Shim.plan;
import static dev.gantry.runtime.watch.Shim.shell;
import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams between a container and those who attach: `docs/shim-protocol.md` §Watch, promises 1 to 3.
class AttachTest {
    private static final int QUEUE = 128 << 10;

    @TempDir
    Path temp;

    private Watched watched;

    @BeforeEach
    void spawnAWatch() throws IOException {
        watched = Watched.in(temp);
    }

    @AfterEach
    void close() throws Exception {
        watched.close();
    }

    private static String numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void anAttachmentMadeBeforeTheStartMissesNoByte() {
        var collected = watched.collect(AttachOptions.output());
        Watch watch = watched.run(plan(List.of(), BUSYBOX, "seq", "1", "20000"));
        watched.end(watch);
        assertThat(within(collected.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(collected.out()).isEqualTo(numbers(1, 20000));
    }

    @Test
    void whatAnAttacherSeesIsInTheLogAlready() throws Exception {
        Path log = temp.resolve("log");
        Attachment attachment = watched.attach(AttachOptions.output().withLossless());
        Watch watch = watched.run(plan(List.of(Shim.jsonLog(log)), BUSYBOX, "seq", "1", "60000"));
        AtomicLong compared = new AtomicLong();
        attachment.pump(new Attachment.Sink() {
            @Override
            public void out(ByteBuffer in) throws IOException {
                String text = StandardCharsets.US_ASCII.decode(in).toString();
                String whole = text.substring(0, text.lastIndexOf('\n') + 1).strip();
                String last = whole.substring(whole.lastIndexOf('\n') + 1);
                assertThat(Files.readString(log)).contains("\"log\":\"" + last + "\\n\"");
                compared.incrementAndGet();
            }

            @Override
            public void err(ByteBuffer in) {}
        });
        assertThat(compared.get()).isPositive();
        watched.end(watch);
    }

    @Test
    void aSlowAttacherIsCutWithAReasonAndTheContainerGoesOn() throws IOException {
        Attachment slow = watched.attach(AttachOptions.output().withQueueBytes(QUEUE));
        var fast = watched.collect(AttachOptions.output().withQueueBytes(64 << 20));
        Watch watch = watched.run(shell(List.of(), "head -c 8388608 /dev/zero; echo done >&2; exit 4"));
        assertThat(watched.end(watch).code()).isEqualTo(4);
        var late = Shim.Collected.from(slow);
        StreamEnd end = within(late.end);
        assertThat(end.reason()).isEqualTo(StreamEnd.Reason.TOO_SLOW);
        assertThat(end.words()).contains("too slow");
        assertThat(late.outBytes().length).isBetween(1, 1 << 20);
        within(fast.end);
        assertThat(fast.outBytes()).hasSize(8 << 20);
        assertThat(fast.err()).isEqualTo("done\n");
    }

    @Test
    void aLosslessAttacherHoldsTheContainerBackAndLosesNothing() {
        Attachment slow = watched.attach(AttachOptions.output().withLossless().withQueueBytes(QUEUE));
        Path log = temp.resolve("log");
        Path done = temp.resolve("done");
        Watch watch = watched.run(shell(List.of(Shim.jsonLog(log)), "seq 1 400000; echo end >" + done + "; echo end"));
        await("output has begun", () -> log.toFile().length() > QUEUE);
        awaitStill(log);
        assertThat(done).doesNotExist();
        var collected = Shim.Collected.from(slow);
        assertThat(watched.end(watch).code()).isZero();
        assertThat(within(collected.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(collected.out()).isEqualTo(numbers(1, 400000) + "end\n");
    }

    /// Waits until a growing file has not grown for a while.
    private static void awaitStill(Path file) {
        long[] seen = {-1, System.nanoTime()};
        await(file + " stands still", () -> {
            long length = file.toFile().length();
            if (length != seen[0]) {
                seen[0] = length;
                seen[1] = System.nanoTime();
            }
            return System.nanoTime() - seen[1] > 200_000_000L;
        });
    }

    @Test
    void aLosslessAttacherThatGoesAwaySetsTheContainerFree() {
        Attachment slow = watched.attach(AttachOptions.output().withLossless().withQueueBytes(QUEUE));
        Watch watch = watched.run(shell(List.of(), "head -c 8388608 /dev/zero"));
        slow.close();
        assertThat(watched.end(watch).code()).isZero();
    }

    @Test
    void inputWaitsForTheContainerToRead() throws Exception {
        Path go = temp.resolve("go");
        Attachment attachment = watched.attach(AttachOptions.output().withStdin());
        var collected = Shim.Collected.from(attachment);
        Watch watch = watched.run(shell(
                List.of(new Step.Stdin(Step.Stdin.OPEN)), "while ! test -e " + go + "; do sleep 0.01; done; cat"));
        byte[] input = bytes(numbers(1, 200_000));
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(attachment.stdin(), input, sent));
        await("input flows", () -> sent.get() >= 64 << 10);
        long[] seen = {-1, 0};
        await("input stands still", () -> {
            if (sent.get() != seen[0]) {
                seen[0] = sent.get();
                seen[1] = System.nanoTime();
            }
            return System.nanoTime() - seen[1] > 200_000_000L;
        });
        assertThat(sent.get()).as("a pipe and the watch's own window").isLessThanOrEqualTo((256 << 10) + (64 << 10));
        Files.createFile(go);
        within(writer);
        watched.end(watch);
        within(collected.end);
        assertThat(collected.outBytes()).isEqualTo(input);
    }

    private static void write(OutputStream stdin, byte[] input, AtomicLong sent) {
        try (stdin) {
            for (int at = 0; at < input.length; at += 4096) {
                int n = Math.min(4096, input.length - at);
                stdin.write(input, at, n);
                sent.addAndGet(n);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aHalfCloseEndsTheInputAfterItsLastByte() throws IOException {
        Attachment attachment = watched.attach(AttachOptions.output().withStdin());
        var collected = Shim.Collected.from(attachment);
        // All of it is sent before the start: it waits in the watch.
        try (OutputStream stdin = attachment.stdin()) {
            stdin.write(bytes("some words"));
        }
        Watch watch = watched.run(shell(List.of(new Step.Stdin(Step.Stdin.OPEN)), "cat; echo; echo after"));
        watched.end(watch);
        within(collected.end);
        assertThat(collected.out()).isEqualTo("some words\nafter\n");
    }

    @Test
    void withStdinOnceTheEndOfTheFirstAttacherIsTheEndOfTheInput() throws IOException {
        Path got = temp.resolve("got");
        Watch watch = watched.run(shell(List.of(new Step.Stdin(Step.Stdin.ONCE)), "cat >" + got));
        Attachment first = watched.attach(AttachOptions.output().withStdin());
        assertThat(first.ownsStdin()).isTrue();
        first.stdin().write(bytes("all there is"));
        first.close();
        assertThat(watched.end(watch).code()).isZero();
        assertThat(got).hasContent("all there is");
    }

    @Test
    void withoutStdinOnceAnotherAttacherGoesOnWithTheInput() throws IOException {
        Path got = temp.resolve("got");
        Watch watch = watched.run(shell(List.of(new Step.Stdin(Step.Stdin.OPEN)), "cat >" + got));
        Attachment first = watched.attach(AttachOptions.output().withStdin());
        first.stdin().write(bytes("one "));
        assertThat(watched.attach(AttachOptions.output().withStdin()).ownsStdin())
                .as("the input is taken")
                .isFalse();
        first.close();
        await("the first bytes came", () -> got.toFile().length() == 4);
        Attachment[] next = new Attachment[1];
        await(
                "the input is free",
                () -> (next[0] = watched.attach(AttachOptions.output().withStdin())).ownsStdin());
        next[0].stdin().write(bytes("two"));
        next[0].stdin().close();
        watched.end(watch);
        assertThat(got).hasContent("one two");
    }

    @Test
    void inputThatNobodyReadsAnyMoreIsSwallowed() throws IOException {
        Path go = temp.resolve("go");
        Attachment attachment = watched.attach(AttachOptions.output().withStdin());
        var collected = Shim.Collected.from(attachment);
        Watch watch = watched.run(shell(
                List.of(new Step.Stdin(Step.Stdin.OPEN)),
                "exec 0</dev/null; while ! test -e " + go + "; do sleep 0.01; done"));
        try (OutputStream stdin = attachment.stdin()) {
            stdin.write(new byte[1 << 20]);
        }
        Files.createFile(go);
        assertThat(watched.end(watch).code()).isZero();
        within(collected.end);
    }

    @Test
    void withoutAnInputInThePlanTheProgramReadsNothing() throws IOException {
        Path go = temp.resolve("go");
        Watch watch = watched.run(shell(List.of(), "cat; while ! test -e " + go + "; do sleep 0.01; done; exit 9"));
        assertThat(watched.attach(AttachOptions.output().withStdin()).ownsStdin())
                .isFalse();
        Files.createFile(go);
        assertThat(watched.end(watch).code()).isEqualTo(9);
    }

    @Test
    void detachingEndsTheAttachmentAndNothingElse() throws IOException {
        Path go = temp.resolve("go");
        Attachment attachment = watched.attach(AttachOptions.output().withStdin());
        var collected = Shim.Collected.from(attachment);
        Watch watch = watched.run(shell(
                List.of(new Step.Stdin(Step.Stdin.ONCE)),
                "echo up; while ! test -e " + go + "; do sleep 0.01; done; read line; echo $line >" + go));
        await("the program runs", () -> collected.out().equals("up\n"));
        attachment.detach();
        assertThat(within(collected.end).reason()).isEqualTo(StreamEnd.Reason.DETACHED);
        Attachment again = watched.attach(AttachOptions.output().withStdin());
        again.stdin().write(bytes("still open\n"));
        Files.createFile(go);
        watched.end(watch);
        assertThat(go).hasContent("still open\n");
    }

    @Test
    void onlyTheStreamsThatWereAskedForCome() {
        var errors = watched.collect(new AttachOptions(false, false, true, false, java.util.Optional.empty(), 0));
        Watch watch = watched.run(shell(List.of(), "echo out; echo err >&2"));
        watched.end(watch);
        within(errors.end);
        assertThat(errors.out()).isEmpty();
        assertThat(errors.err()).isEqualTo("err\n");
    }

    @Test
    void aSinkThatFailsEndsThePumpWithItsOwnException() {
        Attachment attachment = watched.attach(AttachOptions.output());
        watched.run(shell(List.of(), "echo out; sleep 0.1"));
        assertThatThrownBy(() -> attachment.pump(new Attachment.Sink() {
                    @Override
                    public void out(ByteBuffer in) throws IOException {
                        throw new IOException("the client is gone");
                    }

                    @Override
                    public void err(ByteBuffer in) {}
                }))
                .hasMessage("the client is gone");
    }
}
