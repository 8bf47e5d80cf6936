package dev.gantry.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log whose two oldest files are packed: each has its name in a line.
class LogFilesTest {
    @TempDir
    Path dir;

    private Path log;

    @BeforeEach
    void write() throws IOException {
        log = Files.createDirectories(dir.resolve("containers/c")).resolve("F");
        Files.writeString(log, "F\n");
        Files.writeString(older(".1"), "F.1\n");
        pack(older(".2.gz"), "F.2\n");
        pack(older(".3.gz"), "F.3\n");
        Files.writeString(older(".gen"), "3");
    }

    private Path older(String suffix) {
        return log.resolveSibling("F" + suffix);
    }

    private static void pack(Path file, String text) throws IOException {
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String next(LogFiles files) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(100);
        int n = files.read(room);
        return n < 0 ? "" : new String(room.array(), 0, n, StandardCharsets.UTF_8);
    }

    private static String rest(LogFiles files) throws IOException {
        var all = new StringBuilder();
        for (String block = next(files); !block.isEmpty(); block = next(files)) {
            all.append(block);
        }
        return all.toString();
    }

    /// How many copies without a name this process has open.
    private long unpacked() throws IOException {
        long count = 0;
        try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : all) {
                try {
                    String target = Files.readSymbolicLink(fd).toString();
                    count += target.startsWith(dir.toString()) && target.endsWith("(deleted)") ? 1 : 0;
                } catch (NoSuchFileException closed) {
                    // Somebody else's.
                }
            }
        }
        return count;
    }

    @Test
    void aPackedFileIsUnpackedWhileItIsRead() throws IOException {
        try (LogFiles files = LogFiles.open(log)) {
            assertThat(unpacked()).isZero();
            assertThat(next(files)).isEqualTo("F.3\n");
            assertThat(unpacked()).isEqualTo(1);
            assertThat(next(files)).isEqualTo("F.2\n");
            assertThat(unpacked()).isEqualTo(1);
            assertThat(next(files)).isEqualTo("F.1\n");
            assertThat(unpacked()).isZero();
            assertThat(rest(files)).isEqualTo("F\n");
        }
    }

    @Test
    void theLastLinesNeedTheirFilesOnly() throws IOException {
        try (LogFiles files = LogFiles.open(log)) {
            files.seekLast(2);
            assertThat(unpacked()).isZero();
            assertThat(rest(files)).isEqualTo("F.1\nF\n");
        }
        try (LogFiles files = LogFiles.open(log)) {
            files.seekLast(3);
            assertThat(unpacked()).isEqualTo(1);
            assertThat(rest(files)).isEqualTo("F.2\nF.1\nF\n");
        }
        assertThat(unpacked()).isZero();
    }

    @Test
    void aBrokenFileIsReadAsFarAsItGoes() throws IOException {
        byte[] whole = Files.readAllBytes(older(".3.gz"));
        for (int length = 0; length < whole.length; length++) {
            Files.write(older(".3.gz"), Arrays.copyOf(whole, length));
            try (LogFiles files = LogFiles.open(log)) {
                String all = rest(files);
                assertThat(all).endsWith("F.2\nF.1\nF\n");
                String of3 = all.substring(0, all.length() - "F.2\nF.1\nF\n".length());
                assertThat("F.3\n").startsWith(of3.isEmpty() ? "" : of3.substring(0, of3.length() - 1));
            }
        }
        Files.writeString(older(".3.gz"), "this is not packed at all");
        try (LogFiles files = LogFiles.open(log)) {
            assertThat(rest(files)).isEqualTo("F.2\nF.1\nF\n");
        }
        assertThat(unpacked()).isZero();
    }
}
