package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a command left: its exit code, and its standard output and error together.
record Ended(int code, byte[] out) {
    static Ended run(List<String> command) throws IOException, InterruptedException {
        return run(command, new byte[0], Duration.ofSeconds(60));
    }

    /// Runs a command to its end, fed with `input`.
    static Ended run(List<String> command, byte[] input, Duration limit) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread feeder = Thread.ofVirtual().start(() -> {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input);
            } catch (IOException _) {
                // It took no more.
            }
        });
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            process.getInputStream().transferTo(out);
            assertThat(process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)).isTrue();
            feeder.join();
            return new Ended(process.exitValue(), out.toByteArray());
        } finally {
            process.destroyForcibly();
        }
    }

    String text() {
        return new String(out, StandardCharsets.UTF_8);
    }
}
