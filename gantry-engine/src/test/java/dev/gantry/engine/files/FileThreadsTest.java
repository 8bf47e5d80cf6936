package dev.gantry.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FileThreadsTest {
    private final FileThreads threads = new FileThreads(1, Duration.ofMillis(50));

    @Test
    void aClientThatTakesNothingHoldsNoThread() throws IOException {
        try (var nobody = new PipedInputStream(1024);
                var client = new PipedOutputStream(nobody)) {
            assertThatThrownBy(() -> threads.send("export", client, out -> out.write(new byte[1 << 20])))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nothing went through");
            assertThat(threads.call("look", () -> "done")).isEqualTo("done");
        } catch (IOException stillFull) {
            assertThat(stillFull).hasMessageContaining("Read end dead");
        }
    }

    @Test
    void aClientThatSendsNothingHoldsNoThread() throws IOException {
        try (var nobody = new PipedOutputStream();
                var client = new PipedInputStream(nobody)) {
            assertThatThrownBy(() -> threads.receive("copy", client, in -> in.readAllBytes()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nothing went through");
            assertThat(threads.call("look", () -> "done")).isEqualTo("done");
        }
    }
}
