package dev.gantry.images.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Programs of others, run as a user would.
public final class Tools {
    private Tools() {}

    /// Skips the test with a reason when a program is not installed.
    public static void need(String... programs) {
        for (String program : programs) {
            assumeTrue(
                    List.of("/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/").stream()
                            .anyMatch(d -> Files.isExecutable(Path.of(d + program))),
                    program + " is not installed");
        }
    }

    /// Standard output of a program that has to succeed within a minute.
    public static String run(Object... command) throws IOException, InterruptedException {
        List<String> words = List.of(command).stream().map(String::valueOf).toList();
        Path errors = Files.createTempFile("tool", ".err");
        Path output = Files.createTempFile("tool", ".out");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("no end within a minute: " + words);
            }
            assertThat(process.exitValue())
                    .as("%s%n%s", words, Files.readString(errors))
                    .isZero();
            return Files.readString(output, StandardCharsets.UTF_8);
        } finally {
            Files.delete(errors);
            Files.delete(output);
        }
    }
}
