package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec.LogConfig;
import dev.gantry.engine.log.LogPacking;
import dev.gantry.engine.log.LogQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Older files of a log are packed while its watch goes on renaming them.
@Tag("kernel")
@Timeout(120)
class LogPackingTest {
    @TempDir
    static Path dir;

    private static TestEngine engine;

    @BeforeAll
    static void open() {
        engine = TestEngine.start(dir.resolve("engine"));
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private static LogConfig files(int most) {
        return new LogConfig(LogConfig.Kind.JSON_FILE, 16 << 10, most, false).compressed(true);
    }

    private static LogPacking packing() {
        var always = new LogPacking.Wanted();
        return new LogPacking(
                dir,
                () -> {
                    always.again();
                    return engine.containers().list();
                },
                LogPackingTest::act,
                always,
                Duration.ofMillis(2));
    }

    private static boolean act(ContainerId id, Runnable action) {
        action.run();
        return true;
    }

    private static String lines(int from, int to) {
        var text = new StringBuilder();
        for (int i = from; i <= to; i++) {
            text.append("line ").append(i).append('\n');
        }
        return text.toString();
    }

    private static List<String> names(Container c) throws IOException {
        String log = c.files().log().getFileName().toString();
        try (var all = Files.list(c.files().directory())) {
            return all.map(f -> f.getFileName().toString())
                    .filter(n -> n.startsWith(log))
                    .map(n -> n.substring(log.length()))
                    .sorted()
                    .toList();
        }
    }

    /// How many older files are not packed.
    private static long plain(Container c) {
        try {
            return names(c).stream().filter(n -> n.matches("\\.[0-9]+")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noLineIsLostWhileFilesArePackedAndRenamed() throws Exception {
        Container c;
        try (var _ = packing()) {
            c = engine.ran(
                    engine.sh("for i in $(seq 1 6000); do echo line $i; done").log(files(200)));
            TestEngine.await("all but two are packed", () -> plain(c) == 1);
        }
        assertThat(names(c)).contains("", ".1", ".2.gz", ".3.gz").doesNotContain(".1.gz", ".2", ".3");
        assertThat(engine.log(c.id())).isEqualTo(lines(1, 6000));
        assertThat(engine.log(c.id(), LogQuery.ALL.last(4000))).isEqualTo(lines(2001, 6000));
        Path packed = Path.of(c.files().log() + ".2.gz");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(packed)))
                .as("as the log itself")
                .isEqualTo(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(c.files().log())));
        try (var left = Files.list(c.files().directory().getParent())) {
            assertThat(left.map(f -> f.getFileName().toString())).noneMatch(n -> n.startsWith("."));
        }
    }

    @Test
    void noMoreFilesAreKeptThanWereAskedFor() throws Exception {
        Container c;
        try (var _ = packing()) {
            c = engine.ran(
                    engine.sh("for i in $(seq 1 6000); do echo line $i; done").log(files(4)));
            TestEngine.await("all but two are packed", () -> plain(c) == 1);
        }
        assertThat(names(c)).contains("", ".1", ".2.gz", ".3.gz").doesNotContain(".4", ".4.gz", ".1.gz");
        assertThat(names(c).stream().filter(n -> n.matches("\\.[0-9]+(\\.gz)?")))
                .hasSize(3);
        String kept = engine.log(c.id());
        assertThat(lines(1, 6000)).endsWith(kept);
        assertThat(kept).startsWith("line ").hasSizeGreaterThan(2000);
    }

    @Test
    void aWatchRenamesNothingWhileTheNamesAreLocked() throws Exception {
        Container c = engine.create(
                engine.sh("for i in $(seq 1 3000); do echo line $i; done").log(files(5)));
        Path lock = c.files().log().resolveSibling(c.files().log().getFileName() + ".lock");
        try (FileChannel names = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = names.lock()) {
            assertThat(held.isValid()).isTrue();
            engine.containers().start(c.id());
            engine.exit(c.id());
            assertThat(names(c)).contains("").doesNotContain(".1");
        }
        assertThat(engine.log(c.id())).isEqualTo(lines(1, 3000));
        engine.containers().start(c.id());
        engine.exit(c.id());
        assertThat(names(c)).contains("", ".1");
    }
}
