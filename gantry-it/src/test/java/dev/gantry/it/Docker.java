package dev.gantry.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The unmodified `docker` client, pointed at a daemon.
final class Docker {
    private static final long LIMIT_SECONDS = 60;

    private final String host;
    private final Map<String, String> environment;

    /// What a command left: its exit code and both outputs.
    record Result(int code, byte[] bytes, String err) {
        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// Skips the test where there is no client.
    Docker(String host) {
        this(host, Map.of());
    }

    /// With further variables.
    Docker(String host, Map<String, String> environment) {
        this.host = host;
        this.environment = Map.copyOf(environment);
        boolean there;
        try {
            there = new ProcessBuilder("docker", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            there = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            there = false;
        }
        assumeTrue(there, "no docker client on the PATH");
    }

    /// Runs it to its end with an empty input.
    Result run(String... arguments) throws IOException {
        return runWith(new byte[0], arguments);
    }

    Result runWith(byte[] input, String... arguments) throws IOException {
        Process process = start(arguments);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Thread reader = copy(process.getInputStream(), out);
        Thread errors = copy(process.getErrorStream(), err);
        try (OutputStream in = process.getOutputStream()) {
            in.write(input);
        } catch (IOException e) {
            // The command did not want all of it.
            process.isAlive();
        }
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("docker " + String.join(" ", arguments) + " hangs");
            }
            reader.join();
            errors.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException(e);
        }
        return new Result(process.exitValue(), out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("DOCKER_CONFIG", "/nonexistent");
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Thread copy(InputStream from, OutputStream to) {
        return Thread.ofVirtual().start(() -> {
            try {
                from.transferTo(to);
            } catch (IOException e) {
                // The process was killed by the test.
                return;
            }
        });
    }
}
