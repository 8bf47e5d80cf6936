package dev.gantry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Builds that would take all there is of something: they are bounded, and what they leave is collected.
@Tag("kernel")
@Timeout(240)
class BuildFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        Path data = Files.createDirectories(dir.resolve("data"));
        if ("root".equals(System.getProperty("user.name"))) {
            Rootfs.run("mount", "-t", "tmpfs", "-o", "size=96m,mode=711", "tmpfs", data.toString());
        }
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() throws IOException {
        try {
            if (stock != null) {
                stock.close();
            }
        } finally {
            if (Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + dir.resolve("data") + " ")) {
                Rootfs.run("umount", "-l", dir.resolve("data").toString());
            }
        }
    }

    @AfterEach
    void itGoesOnAndHasKeptNothing() throws IOException {
        assertThat(build("FROM busybox:it\nRUN echo goes on > /on\n")).contains("Successfully built");
        nothingRuns();
        DeletedFiles.goFromSpool(stock.daemon());
        stock.docker().run("builder", "prune", "-af");
        stock.docker().run("image", "prune", "-f");
        assertThat(stock.daemon().log()).doesNotContain(" ERROR ", "OutOfMemory");
    }

    private static void nothingRuns() {
        Waiting.until(PATIENCE, () -> "containers are left", () -> {
            try (Stream<Path> containers = Files.list(stock.daemon().data().resolve("containers"))) {
                return containers.findAny().isEmpty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static byte[] context(String dockerfile) {
        return RawRequest.archive(RawRequest.file("Dockerfile", dockerfile));
    }

    private static String build(String dockerfile) throws IOException {
        try (EngineClient client = stock.daemon().client()) {
            return client.raw(Request.post("/build").with("networkmode", "none").stream(
                    new ByteArrayInputStream(context(dockerfile)), "application/x-tar"));
        }
    }

    /// Reads until it has been told these words, then leaves.
    private static void leaving(String dockerfile, String words) throws IOException {
        byte[] body = context(dockerfile);
        byte[] head =
                RawRequest.head("POST /build?networkmode=none", "application/x-tar", "Content-Length: " + body.length);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(dir.resolve("s")));
            for (byte[] part : new byte[][] {head, body}) {
                for (ByteBuffer rest = ByteBuffer.wrap(part); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
            }
            var said = new StringBuilder();
            ByteBuffer block = ByteBuffer.allocate(16 << 10);
            while (said.indexOf(words) < 0) {
                assertThat(channel.read(block.clear())).as("%s", said).isPositive();
                said.append(new String(block.array(), 0, block.position(), ISO_8859_1));
            }
        }
    }

    @Test
    void aBuildThatNeverEndsEndsWhenItsClientLeaves() throws IOException {
        leaving("FROM busybox:it\nRUN echo begun; sleep 100000\n", "\"begun");
        nothingRuns();
    }

    @Test
    void aBuildThatSaysMoreThanAnybodyReadsEndsWhenItsClientLeaves() throws IOException {
        leaving("FROM busybox:it\nRUN while true; do echo more and more and more; done\n", "\"more and");
        nothingRuns();
    }

    @Test
    void aDiskThatABuildFillsIsToldAndFreeAfterwards() throws IOException {
        long before = Files.getFileStore(dir.resolve("data")).getUsableSpace();
        assertThat(build("FROM busybox:it\nRUN dd if=/dev/zero of=/endless bs=1M\n"))
                .contains("No space left on device")
                .contains("errorDetail");
        nothingRuns();
        stock.docker().run("builder", "prune", "-af");
        Waiting.until(PATIENCE, () -> "space is not given back", () -> {
            try {
                return Files.getFileStore(dir.resolve("data")).getUsableSpace() > before - (8 << 20);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// The files fit, and what is made of them does not.
    @Test
    void aLayerThatDoesNotFitIsToldAndGone() throws IOException {
        long free = Files.getFileStore(dir.resolve("data")).getUsableSpace() >> 20;
        assertThat(build("FROM busybox:it\nRUN dd if=/dev/zero of=/large bs=1M count=" + free * 7 / 10 + "\n"))
                .containsIgnoringCase("no space left on device")
                .contains("errorDetail");
        nothingRuns();
    }

    @Test
    void aContextThatDoesNotFitIsToldAndGone() throws IOException {
        byte[] mebibyte = new byte[1 << 20];
        String length = "Content-Length: " + (512L + (200L << 20));
        String answer = RawRequest.ask(
                dir.resolve("s"),
                joined(
                        RawRequest.head("POST /build", "application/x-tar", length),
                        RawRequest.entry('0', "large", "", 200L << 20)),
                mebibyte,
                200,
                new byte[0]);
        assertThat(answer).containsIgnoringCase("no space left on device");
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void aStepHasOnlySoManyProcesses() throws IOException {
        String answer = build("FROM busybox:it\nRUN cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max"
                + " 2>/dev/null; grep -h . /sys/fs/cgroup/pids/$(cut -d: -f3 /proc/self/cgroup | head -n 1)/pids.max"
                + " 2>/dev/null; true\n");
        assertThat(answer).contains("16384");
    }

    @Test
    void aStepThatForksWithoutEndComesToOneByItsLimit() throws IOException {
        byte[] body = context("FROM busybox:it\nRUN f() { sleep 1000 & f; }; f\n");
        String answer = RawRequest.ask(
                dir.resolve("s"),
                "POST /build?networkmode=none&memory=67108864&memswap=67108864",
                "application/x-tar",
                body);
        assertThat(answer).contains("errorDetail");
        nothingRuns();
    }
}
