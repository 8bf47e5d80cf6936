package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.plan;
import static dev.gantry.runtime.watch.Shim.shell;
import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same promises with a gigabyte.
class BulkTest {
    private static final int PIECE = 8 << 20;
    private static final int PIECES = 128;

    @TempDir
    Path temp;

    private Watched watched;
    private Path piece;
    private byte[] bytes;

    @BeforeEach
    void writeAPiece() throws IOException {
        watched = Watched.in(temp);
        piece = temp.resolve("piece");
        var text = new StringBuilder(PIECE);
        for (int i = 0; text.length() < PIECE; i++) {
            text.append(i).append(" the quick brown fox jumps over the lazy dog\n");
        }
        bytes = text.substring(0, PIECE - 1).concat("\n").getBytes(StandardCharsets.US_ASCII);
        Files.write(piece, bytes);
    }

    @AfterEach
    void close() throws Exception {
        watched.close();
    }

    private String writeAll() {
        return "i=0; while [ $i -lt " + PIECES + " ]; do cat " + piece + "; i=$((i+1)); done";
    }

    private long expectedSum() {
        CRC32C sum = new CRC32C();
        for (int i = 0; i < PIECES; i++) {
            sum.update(bytes);
        }
        return sum.getValue();
    }

    private static final class Sum implements Attachment.Sink {
        final CRC32C crc = new CRC32C();
        long count;

        @Override
        public void out(ByteBuffer in) {
            count += in.remaining();
            crc.update(in);
        }

        @Override
        public void err(ByteBuffer in) {}
    }

    @Test
    void aGigabyteThatNobodyWantsFlowsAway() {
        Watch watch = watched.run(shell(List.of(), writeAll()));
        assertThat(watched.end(watch).code()).isZero();
    }

    @Test
    void aGigabyteReachesALosslessAttacherWhole() throws IOException {
        Attachment attachment = watched.attach(AttachOptions.output().withLossless());
        Watch watch = watched.run(shell(List.of(), writeAll()));
        Sum sum = new Sum();
        assertThat(attachment.pump(sum).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        watched.end(watch);
        assertThat(sum.count).isEqualTo((long) PIECE * PIECES);
        assertThat(sum.crc.getValue()).isEqualTo(expectedSum());
    }

    @Test
    void aGigabyteIsLoggedAndRotatedBeforeALosslessAttacherHasIt() throws IOException {
        Path log = temp.resolve("log");
        Attachment attachment = watched.attach(AttachOptions.output().withLossless());
        var options = List.<Step>of(new Step.Log(Step.Log.JSON_FILE, log.toString(), 10_000_000, 3, false));
        Watch watch = watched.run(shell(options, writeAll()));
        Sum sum = new Sum();
        assertThat(attachment.pump(sum).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        Exited exited = watched.end(watch);
        assertThat(exited.droppedRecords()).isZero();
        assertThat(sum.crc.getValue()).isEqualTo(expectedSum());
        assertThat(Integer.parseInt(Files.readString(Path.of(log + ".gen")).strip()))
                .isGreaterThan(100);
        assertThat(Files.size(Path.of(log + ".2"))).isBetween(10_000_000L, 10_001_000L);
        String text = new String(bytes, PIECE - 100, 99, StandardCharsets.US_ASCII);
        String last = text.substring(text.lastIndexOf('\n') + 1);
        assertThat(Files.readAllLines(log).getLast()).startsWith("{\"log\":\"" + last + "\\n\",\"stream\":\"stdout\"");
    }

    @Test
    void aGigabyteOfInputArrivesWhole() throws IOException {
        Attachment attachment = watched.attach(AttachOptions.output().withStdin());
        var collected = Shim.Collected.from(attachment);
        Watch watch = watched.run(plan(List.of(new Step.Stdin(Step.Stdin.OPEN)), BUSYBOX, "wc", "-c"));
        var written = CompletableFuture.runAsync(() -> {
            try (OutputStream stdin = attachment.stdin()) {
                for (int i = 0; i < PIECES; i++) {
                    stdin.write(bytes);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        within(written);
        watched.end(watch);
        within(collected.end);
        assertThat(collected.out().strip()).isEqualTo(Long.toString((long) PIECE * PIECES));
    }
}
