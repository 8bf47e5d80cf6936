package dev.gantry.engine.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.watch.Follower;
import dev.gantry.runtime.watch.LogPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A container that ends between the last read of its log and the question whether it still writes.
class FileLogStreamTest {
    @TempDir
    Path dir;

    private static String record(String text) {
        return "{\"log\":\"" + text + "\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T00:00:00Z\"}\n";
    }

    private String read(Path log, Function<LogPosition, Optional<Follower>> follow) {
        var all = new StringBuilder();
        RecordForm form = JsonRecords::parse;
        try (LogStream stream = new FileLogStream(log, form, LogFiles.open(log), LogQuery.ALL.following(), follow)) {
            for (Optional<LogRecord> next = stream.next(); next.isPresent(); next = stream.next()) {
                all.append(new String(next.get().bytes(), UTF_8));
            }
        }
        return all.toString();
    }

    private static Optional<Follower> ended(Ending ending) {
        try {
            ending.happens();
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FunctionalInterface
    private interface Ending {
        void happens() throws IOException;
    }

    @Test
    void whatItWroteLastIsReadAlthoughItWasRemovedAtOnce() throws IOException {
        Path log = Files.writeString(dir.resolve("F"), record("first"));
        assertThat(read(
                        log,
                        _ -> ended(() -> {
                            Files.writeString(log, record("last"), StandardOpenOption.APPEND);
                            Files.delete(log);
                        })))
                .isEqualTo("first\nlast\n");
    }

    @Test
    void whatWasRotatedMeanwhileIsReadOnce() throws IOException {
        Path log = Files.writeString(dir.resolve("F"), record("first"));
        assertThat(read(
                        log,
                        _ -> ended(() -> {
                            Files.writeString(log, record("second"), StandardOpenOption.APPEND);
                            Files.move(log, dir.resolve("F.1"));
                            Files.writeString(dir.resolve("F.gen"), "1");
                            Files.writeString(log, record("third"));
                        })))
                .isEqualTo("first\nsecond\nthird\n");
    }
}
