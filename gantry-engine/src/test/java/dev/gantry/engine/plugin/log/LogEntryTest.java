package dev.gantry.engine.plugin.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogEntryTest {
    private static LogEntry entry(String line, Optional<LogEntry.Part> part) {
        return new LogEntry("stdout", 1_700_000_000_123_456_789L, line.getBytes(StandardCharsets.UTF_8), part);
    }

    private static Optional<LogEntry> read(byte[] bytes) throws IOException {
        return LogEntry.read(new ByteArrayInputStream(bytes));
    }

    /// By hand from the schema: `source` 0a, `time_nano` 10, `line` 1a, `partial` 20, `partial_log_metadata` 2a.
    @Test
    void itIsTheMessageOfTheProtocol() {
        assertThat(HexFormat.of().formatHex(new LogEntry("stderr", 300, "hi".getBytes(), Optional.empty()).encoded()))
                .isEqualTo("0000000f" + "0a06737464657272" + "10ac02" + "1a026869");
        var part = new LogEntry.Part("ab", 2, true);
        assertThat(HexFormat.of().formatHex(new LogEntry("stderr", 1, "x".getBytes(), Optional.of(part)).encoded()))
                .isEqualTo("00000019" + "0a06737464657272" + "1001" + "1a0178" + "2001" + "2a08" + "0801" + "12026162"
                        + "1802");
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        for (var part : Arrays.asList(null, new LogEntry.Part("id", 1, false), new LogEntry.Part("id", 7, true))) {
            LogEntry before = entry("a line", Optional.ofNullable(part));
            LogEntry after = read(before.encoded()).orElseThrow();
            assertThat(after.line()).isEqualTo(before.line());
            assertThat(after).usingRecursiveComparison().isEqualTo(before);
        }
        assertThat(read(new byte[0])).isEmpty();
    }

    @Test
    void hostileBytesAreAnErrorAndNothingElse() {
        byte[] good =
                entry("a line", Optional.of(new LogEntry.Part("id", 3, false))).encoded();
        for (int length = 1; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> read(new byte[] {(byte) 0xff, 0, 0, 0})).isInstanceOf(IOException.class);
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt();
            }
            try {
                read(bytes);
            } catch (IOException refused) {
                assertThat(refused.getMessage()).as("seed " + seed).isNotBlank();
            }
        }
    }
}
