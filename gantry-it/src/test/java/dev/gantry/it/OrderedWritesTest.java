package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.volume.VolumeCopied;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A program writes a number to one file and then to another. In a copy of one moment the second is never ahead of the
/// first, and never more than one behind.
@Tag("kernel")
@Timeout(120)
class OrderedWritesTest {
    private static final String WRITER = "i=0; while :; do i=$((i+1)); echo $i >>/v/a; echo $i >>/v/b; done";

    @TempDir
    Path directory;

    @Test
    void everyCloneOfADirectoryThatIsWrittenToIsOfOneMoment() throws Exception {
        clonesAreOfOneMoment("{\"Name\":\"source\"}");
    }

    @Test
    void everyCloneOfAVolumeWithASizeIsOfOneMoment() throws Exception {
        clonesAreOfOneMoment("{\"Name\":\"source\",\"DriverOpts\":{\"size\":\"64m\"}}");
    }

    private void clonesAreOfOneMoment(String source) throws IOException {
        Path image = Rootfs.busybox(directory.resolve("image"));
        HostState before = HostState.observe(directory);
        try (DaemonProcess daemon = DaemonProcess.start(directory);
                EngineClient client = daemon.client()) {
            client.raw(Request.post("/volumes/create").json(source));
            String body = "{\"Image\":\"dir:" + image + "\",\"Cmd\":[\"/bin/sh\",\"-c\",\"" + WRITER
                    + "\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"Binds\":[\"source:/v\"]}}";
            client.raw(Request.post("/containers/create").with("name", "writer").json(body));
            Path data = daemon.data().resolve("volumes/source/_data");
            client.startContainer("writer");
            // Between the two, in whichever order they are read, something that takes its time.
            for (int i = 0; i < 16; i++) {
                Files.write(data.resolve("filling" + i), new byte[1 << 20]);
            }
            Waiting.until(Duration.ofSeconds(20), () -> "the first numbers", () -> lines(data.resolve("b")) > 100);
            for (int i = 0; i < 5; i++) {
                long written = lines(data.resolve("b"));
                VolumeCopied copied =
                        client.copyVolume(Request.post("/volumes/source/clone").with("to", "clone" + i));
                assertThat(copied.pausedContainers()).isEqualTo(1);
                assertThat(copied.pauseMillis()).isBetween(0.001, 5000.0);
                // The writer goes on.
                Waiting.until(Duration.ofSeconds(60), () -> "more numbers", () -> lines(data.resolve("b")) > written);
            }
            for (int i = 0; i < 5; i++) {
                // With a reader, so that one with a file system of its own is mounted.
                look(client, image, "clone" + i, daemon);
            }
        }
        before.mustComeBack(Duration.ofSeconds(20));
    }

    private static void look(EngineClient client, Path image, String volume, DaemonProcess daemon) throws IOException {
        String body = "{\"Image\":\"dir:" + image + "\",\"Cmd\":[\"/bin/sleep\",\"100\"],"
                + "\"HostConfig\":{\"NetworkMode\":\"none\",\"Binds\":[\"" + volume + ":/v\"]}}";
        client.raw(Request.post("/containers/create").with("name", volume).json(body));
        client.startContainer(volume);
        Path data = daemon.data().resolve("volumes/" + volume + "/_data");
        List<String> first = Files.readAllLines(data.resolve("a"));
        List<String> second = Files.readAllLines(data.resolve("b"));
        assertThat(first.size() - second.size())
                .as("how far the second is behind")
                .isBetween(0, 1);
        assertThat(first).isEqualTo(numbers(first.size()));
        assertThat(second).isEqualTo(numbers(second.size()));
        client.removeContainer(volume, true, false, false);
    }

    private static List<String> numbers(int count) {
        return LongStream.rangeClosed(1, count).mapToObj(Long::toString).toList();
    }

    private static long lines(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file).lines().count() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
