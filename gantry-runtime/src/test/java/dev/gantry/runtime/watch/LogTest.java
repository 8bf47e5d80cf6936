package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.await;
import static dev.gantry.runtime.watch.Shim.plan;
import static dev.gantry.runtime.watch.Shim.shell;
import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.runtime.plan.Step;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log: records, rotation, full disks, and those who read along.
/// `docs/shim-protocol.md` §Watch, promises 1, 4, 8 and 9.
class LogTest {
    private static final Pattern RECORD = Pattern.compile(
            "\\{\"log\":\"(.*)\",\"stream\":\"(stdout|stderr)\",\"time\":\"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?Z)\"}");

    @TempDir
    Path temp;

    private Path log;
    private Watched watched;

    @BeforeEach
    void spawnAWatch() throws IOException {
        log = temp.resolve("log");
        watched = Watched.in(temp);
    }

    @AfterEach
    void close() throws Exception {
        watched.close();
    }

    private List<Step> json(long maxBytes, long maxFiles) {
        return List.of(new Step.Log(Step.Log.JSON_FILE, log.toString(), maxBytes, maxFiles, false));
    }

    /// The `log` fields as they stand in the file, escapes and all.
    private static List<String> texts(String records) {
        List<String> texts = new ArrayList<>();
        for (String line : records.lines().toList()) {
            Matcher matcher = RECORD.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            texts.add(matcher.group(1));
        }
        return texts;
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\\n").toList();
    }

    private static String lines(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    @Test
    void eachRecordCarriesTheAttributesOfTheLog() throws IOException {
        var options = List.<Step>of(
                new Step.Log(Step.Log.JSON_FILE, log.toString(), 0, 1, false),
                new Step.LogAttributes("{\"tag\":\"a\"}"));
        watched.end(watched.run(shell(options, "echo one; echo two >&2")));
        assertThat(Files.readAllLines(log))
                .hasSize(2)
                .allMatch(line -> line.contains("\",\"attrs\":{\"tag\":\"a\"},\"time\":\"2"));
    }

    @Test
    void recordsEscapeAsDockerDoes() throws IOException {
        byte[] text = "\"\\<>&\t\r\u0001\u007f\u00e9\u2028\u2029\ud83d\ude00|".getBytes(StandardCharsets.UTF_8);
        Path input = temp.resolve("input");
        Files.write(input, text);
        Files.write(
                input,
                new byte[] {(byte) 0xff, (byte) 0xc0, (byte) 0xaf, (byte) 0xe2, (byte) 0x80, '\n', 'x'},
                StandardOpenOption.APPEND);
        watched.end(watched.run(plan(json(0, 1), BUSYBOX, "cat", input.toString())));
        assertThat(texts(Files.readString(log)))
                .containsExactly(
                        "\\\"\\\\\\u003c\\u003e\\u0026\\u0009\\r\\u0001\u007f\u00e9\\u2028\\u2029\ud83d\ude00|"
                                + "\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\n",
                        "x");
    }

    @Test
    void longLinesAreSplitAtSixteenKibibytesUnderOneTime() throws IOException {
        watched.end(watched.run(shell(
                json(0, 1), "head -c 40000 /dev/zero | tr '\\0' a; echo; head -c 16384 /dev/zero | tr '\\0' b; echo")));
        String records = Files.readString(log);
        assertThat(texts(records))
                .containsExactly(
                        "a".repeat(16384),
                        "a".repeat(16384),
                        "a".repeat(40000 - 32768) + "\\n",
                        "b".repeat(16384),
                        "\\n");
        List<String> times =
                RECORD.matcher(records).results().map(m -> m.group(3)).toList();
        assertThat(times.subList(0, 3)).containsOnly(times.getFirst());
    }

    @Test
    void criRecordsSayWhetherTheirLineIsWhole() throws IOException {
        var options = List.<Step>of(new Step.Log(Step.Log.CRI, log.toString(), 0, 1, false));
        watched.end(watched.run(
                shell(options, "echo one; echo two >&2; head -c 20000 /dev/zero | tr '\\0' a; echo; printf end")));
        String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z";
        List<String> records = Files.readAllLines(log);
        assertThat(records).hasSize(5);
        assertThat(records).anySatisfy(r -> assertThat(r).matches(time + " stdout F one"));
        assertThat(records).anySatisfy(r -> assertThat(r).matches(time + " stderr F two"));
        assertThat(records).anySatisfy(r -> assertThat(r).matches(time + " stdout P a{16384}"));
        assertThat(records).anySatisfy(r -> assertThat(r).matches(time + " stdout F a{3616}"));
        // Which of two streams is read first is not promised.
        assertThat(records.stream().filter(r -> r.contains(" stdout ")))
                .last()
                .asString()
                .matches(time + " stdout P end");
    }

    @Test
    void theLogRotatesBySizeAndCountsItsGenerations() throws IOException {
        Path go = temp.resolve("go");
        Watch watch =
                watched.run(shell(json(20_000, 3), "seq 1 5000; while ! test -e " + go + "; do sleep 0.01; done"));
        Path generation = Path.of(log + ".gen");
        await("all is logged", () -> read(log).contains("\"5000\\n\""));
        LogPosition end = watch.logPosition();
        assertThat(read(generation).strip()).isEqualTo(Long.toString(end.generation()));
        assertThat(end.offset()).isEqualTo(Files.size(log));
        assertThat(Path.of(log + ".3")).doesNotExist();
        List<String> kept = texts(read(Path.of(log + ".2")) + read(Path.of(log + ".1")) + read(log));
        int first = Integer.parseInt(kept.getFirst().replace("\\n", ""));
        assertThat(kept).isEqualTo(numbers(first, 5000));
        assertThat(Files.size(Path.of(log + ".1"))).isBetween(20_000L, 20_200L);
        Files.createFile(go);
        watched.end(watch);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException _) {
            return "";
        }
    }

    @Test
    void aRestartedContainerContinuesItsLogAfterATornRecord() throws IOException {
        watched.end(watched.run(plan(json(0, 1), BUSYBOX, "echo", "first")));
        Files.writeString(log, "{\"log\":\"torn", StandardOpenOption.APPEND);
        Path dir = Files.createDirectory(temp.resolve("w2"));
        watched.starter.spawn(dir, Starter.For.ANY_PLAN);
        try (var watch = Watch.connect(dir)) {
            watch.launch(plan(json(0, 1), BUSYBOX, "echo", "second"));
            within(watch.exited());
        }
        assertThat(texts(Files.readString(log))).containsExactly("first\\n", "second\\n");
    }

    /// Follows and checks that each piece continues the one before.
    private static final class Followed {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final CompletableFuture<StreamEnd> end = new CompletableFuture<>();
        private LogPosition next;

        Followed(Follower follower, LogPosition from) {
            next = from;
            Thread.ofVirtual().start(() -> {
                try {
                    end.complete(follower.pump((at, in) -> {
                        boolean continues = at.equals(next) || at.equals(new LogPosition(next.generation() + 1, 0));
                        assertThat(continues).as(at + " after " + next).isTrue();
                        next = new LogPosition(at.generation(), at.offset() + in.remaining());
                        byte[] copy = new byte[in.remaining()];
                        in.get(copy);
                        bytes.writeBytes(copy);
                    }));
                } catch (IOException | RuntimeException | AssertionError e) {
                    end.completeExceptionally(e);
                }
            });
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static final String BURSTS =
            "i=0; while [ $i -lt 40 ]; do seq $((i*1000+1)) $((i*1000+1000)); i=$((i+1)); sleep 0.005; done";

    @Test
    void aFollowerReadsTheLogFromAnyPlaceAndOnAcrossRotations() throws IOException {
        Watch watch = watched.connect();
        var early = new Followed(watched.keep(watch.follow(LogPosition.START)), LogPosition.START);
        Path go = temp.resolve("go");
        watched.start(watch, shell(json(30_000, 1000), BURSTS + "; while ! test -e " + go + "; do sleep 0.01; done"));
        await("some rotations", () -> watch.logPosition().generation() >= 5);
        var late = new Followed(watched.keep(watch.follow(LogPosition.START)), LogPosition.START);
        LogPosition here = watch.logPosition();
        var middle = new Followed(watched.keep(watch.follow(here)), here);
        Files.createFile(go);
        watched.end(watch);
        assertThat(within(early.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(within(late.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(within(middle.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(texts(early.text())).isEqualTo(numbers(1, 40_000));
        assertThat(late.text()).isEqualTo(early.text());
        assertThat(early.text()).endsWith(middle.text());
    }

    @Test
    void aReplayGoesOnLiveWithoutAGapOrADuplicateAcrossRotations() throws IOException {
        Path go = temp.resolve("go");
        Watch watch = watched.run(shell(
                json(30_000, 1000),
                "printf 'no newline '; " + BURSTS + "; while ! test -e " + go + "; do sleep 0.01; done"));
        List<Shim.Collected> all = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            int generation = 3 * i;
            await("some rotations", () -> watch.logPosition().generation() >= generation);
            all.add(watched.collect(
                    AttachOptions.output().withReplayFrom(LogPosition.START).withQueueBytes(8 << 20)));
        }
        Files.createFile(go);
        watched.end(watch);
        for (Shim.Collected each : all) {
            assertThat(within(each.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
            assertThat(each.out()).isEqualTo("no newline " + lines(1, 40_000));
        }
    }

    @Test
    void aReplayContainsTheUnfinishedLine() throws IOException {
        Path go = temp.resolve("go");
        var first = watched.collect(AttachOptions.output());
        Watch watch = watched.run(shell(
                json(0, 1), "echo whole; printf half; while ! test -e " + go + "; do sleep 0.01; done; echo ' line'"));
        await("the half line came", () -> first.out().equals("whole\nhalf"));
        var replay = watched.collect(AttachOptions.output().withReplayFrom(LogPosition.START));
        await("the replay has it", () -> replay.out().equals("whole\nhalf"));
        Files.createFile(go);
        watched.end(watch);
        within(replay.end);
        assertThat(replay.out()).isEqualTo("whole\nhalf line\n");
    }

    @Test
    void aFollowerWhosePlaceWasRotatedAwayIsTold() throws IOException {
        Path go = temp.resolve("go");
        Watch watch =
                watched.run(shell(json(10_000, 2), "seq 1 5000; while ! test -e " + go + "; do sleep 0.01; done"));
        await("many rotations", () -> read(log).contains("\"5000\\n\""));
        var follower = new Followed(watched.keep(watch.follow(LogPosition.START)), LogPosition.START);
        assertThat(within(follower.end).reason()).isEqualTo(StreamEnd.Reason.GENERATION_GONE);
        Files.createFile(go);
        watched.end(watch);
    }

    @Test
    void aFullDiskDropsWholeRecordsAndSaysHowMany() throws Exception {
        try (var disk = Disk.attach(temp)) {
            Watch watch = disk.watched.run(disk.plan(
                    false,
                    "seq 1 20000; while ! test -e " + disk.go + "; do sleep 0.01; done; echo again; echo and again"));
            await("the disk is full and the output goes on", () -> disk.outputSeen("20000\n"));
            disk.makeSpace();
            Exited exited = disk.watched.end(watch);
            assertThat(exited.code()).isZero();
            List<String> texts = texts(Files.readString(disk.seenLog()));
            int kept = texts.size() - 3;
            assertThat(texts.subList(0, kept)).isEqualTo(numbers(1, kept));
            assertThat(exited.droppedRecords()).isEqualTo(20000 - kept).isPositive();
            assertThat(texts.subList(kept, texts.size()))
                    .containsExactly(
                            "gantry: " + exited.droppedRecords() + " log records dropped: No space left on device\\n",
                            "again\\n",
                            "and again\\n");
        }
    }

    @Test
    void aBlockingLogWaitsForSpaceAndLosesNothing() throws Exception {
        try (var disk = Disk.attach(temp)) {
            Watch watch = disk.watched.run(disk.plan(true, "seq 1 30000; touch " + disk.go));
            await("the log stands still", disk::logStandsStill);
            assertThat(disk.go).doesNotExist();
            watch.signal(0);
            disk.removeBallast();
            Exited exited = disk.watched.end(watch);
            assertThat(exited.droppedRecords()).isZero();
            assertThat(texts(Files.readString(disk.seenLog()))).isEqualTo(numbers(1, 30000));
            within(disk.collected.end);
            assertThat(disk.collected.out()).isEqualTo(lines(1, 30000));
        }
    }

    @Test
    void aBlockedContainerCanBeKilled() throws Exception {
        try (var disk = Disk.attach(temp)) {
            Watch watch = disk.watched.run(disk.plan(true, "seq 1 30000; sleep 60"));
            await("the log stands still", disk::logStandsStill);
            watch.signal(9);
            Exited exited = disk.watched.end(watch);
            assertThat(exited.code()).isEqualTo(137);
            assertThat(exited.droppedRecords()).isPositive();
        }
    }

    /// A watch whose log lies on a small disk that is nearly full of ballast.
    private static final class Disk implements AutoCloseable {
        final Watched watched;
        final Path go;
        final Shim.Collected collected;
        private final Path mount;
        private long seenLength = -1;
        private long seenAt;

        private Disk(Path temp) throws IOException {
            Path place = Files.createDirectory(temp.resolve("disk-test"));
            mount = Files.createDirectory(place.resolve("disk"));
            go = place.resolve("go");
            watched = Watched.withDisk(place, mount, "4m");
            collected = watched.collect(AttachOptions.output().withQueueBytes(8 << 20));
            Files.write(watched.seen(mount.resolve("ballast")), new byte[(4 << 20) - (400 << 10)]);
        }

        static Disk attach(Path temp) throws IOException {
            assumeTrue("root".equals(System.getProperty("user.name")), "a tmpfs can only be mounted by root");
            return new Disk(temp);
        }

        byte[] plan(boolean blocking, String script) {
            var step = new Step.Log(Step.Log.JSON_FILE, mount.resolve("log").toString(), 0, 1, blocking);
            return shell(List.of(step), script);
        }

        Path seenLog() {
            // The watch has left, and with it its view; the starter was born in the same namespace.
            return Path.of("/proc/" + watched.starter.pid() + "/root" + mount.resolve("log"));
        }

        boolean outputSeen(String tail) {
            return collected.out().endsWith(tail);
        }

        boolean logStandsStill() {
            long length = watched.seen(mount.resolve("log")).toFile().length();
            if (length == 0 || length != seenLength) {
                seenLength = length;
                seenAt = System.nanoTime();
            }
            return System.nanoTime() - seenAt > 1_000_000_000L;
        }

        void removeBallast() throws IOException {
            Files.delete(watched.seen(mount.resolve("ballast")));
        }

        void makeSpace() throws IOException {
            removeBallast();
            Files.createFile(go);
        }

        @Override
        public void close() throws Exception {
            watched.close();
        }
    }
}
