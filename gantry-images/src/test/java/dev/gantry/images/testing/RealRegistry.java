package dev.gantry.images.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The registry that Debian ships, on a loopback port of its choice.
public final class RealRegistry implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:[0-9]+)");

    private final Process process;
    private final String domain;

    public RealRegistry(Path directory) throws Exception {
        Path config = Files.writeString(directory.resolve("config.yml"), """
                version: 0.1
                log: {level: info}
                storage:
                  filesystem: {rootdirectory: %s}
                http: {addr: "127.0.0.1:0"}
                """.formatted(directory.resolve("registry")));
        process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .start();
        var found = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> readLog(found));
        domain = found.get(60, TimeUnit.SECONDS);
    }

    /// To the end, so that it never waits for room in the pipe.
    private void readLog(CompletableFuture<String> found) {
        try (BufferedReader log = process.inputReader()) {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                Matcher m = LISTENING.matcher(line);
                if (m.find()) {
                    found.complete(m.group(1));
                }
            }
        } catch (IOException e) {
            found.completeExceptionally(e);
        }
        found.completeExceptionally(new IOException("the registry ended before it listened"));
    }

    public String domain() {
        return domain;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
