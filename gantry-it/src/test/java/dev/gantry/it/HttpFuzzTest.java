package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.docker.guard.Operations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is sent to the socket, the daemon answers, never with a failure of its own, says why it refuses, and keeps
/// nothing of it.
class HttpFuzzTest {
    private static final int WORKERS = 4;

    @TempDir
    Path dir;

    /// The same requests each time.
    @Test
    @Tag("kernel")
    @Timeout(300)
    void whatIsAlmostRightIsAnswered() throws Exception {
        fuzz(20_261_121, 2, 500);
    }

    /// Other ones each time, for `FUZZ_SECONDS`.
    @Test
    @Tag("fuzz")
    void whateverIsSentIsAnswered() throws Exception {
        long seed = Long.getLong("gantry.seed", System.nanoTime());
        int seconds = Integer.parseInt(System.getenv().getOrDefault("FUZZ_SECONDS", "30"));
        System.out.println("fuzz seed: -Dgantry.seed=" + seed);
        fuzz(seed, Math.max(1, seconds / 5), 600);
    }

    private void fuzz(long seed, int rounds, int each) throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        Path rootfs = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        List<String> routes = Operations.routes().stream().sorted().toList();
        HostState before = HostState.observe(dir);
        Path daemonDir = Files.createDirectory(dir.resolve("d"));
        try (DaemonProcess daemon = DaemonProcess.startApart(daemonDir);
                HttpFuzz fuzz = new HttpFuzz(daemonDir.resolve("s"));
                EngineClient client = daemon.client()) {
            HttpFuzz.prepare(client, rootfs);
            long descriptors = descriptors(daemon);
            for (int round = 0; round < rounds; round++) {
                fuzz.run(routes, seed + (long) round * WORKERS, WORKERS, each / WORKERS);
                HttpFuzz.prepare(client, rootfs);
            }
            System.out.println("answers by status: " + fuzz.statuses());
            assertThat(fuzz.wrongs()).isEmpty();
            assertThat(failures(daemon)).isEmpty();
            assertThat(client.raw(Request.get("/_ping"))).contains("OK");
            Waiting.until(
                    Duration.ofSeconds(60),
                    () -> "open files: " + descriptors(daemon) + " where there were " + descriptors,
                    () -> descriptors(daemon) <= descriptors + 8);
        }
        before.mustComeBack(Duration.ofSeconds(30));
    }

    /// Each with its reasons.
    private static List<String> failures(DaemonProcess daemon) throws IOException {
        List<String> lines = daemon.log().lines().toList();
        return IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).contains(" ERROR "))
                .mapToObj(i -> String.join("\n", lines.subList(i, Math.min(lines.size(), i + 12))))
                .toList();
    }

    private static long descriptors(DaemonProcess daemon) {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + daemon.pid() + "/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
