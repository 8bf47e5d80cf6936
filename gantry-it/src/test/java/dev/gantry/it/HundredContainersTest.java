package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.base.Parallel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class HundredContainersTest {
    private static final Pattern ID = Pattern.compile("\"Id\" *: *\"([0-9a-f]{64})\"");

    @TempDir
    Path directory;

    @Test
    void aHundredContainersAtOnceLeaveTheHostAsItWas() throws IOException {
        Path image = Rootfs.busybox(directory.resolve("image"));
        HostState before = HostState.observe(directory);
        try (DaemonProcess daemon = DaemonProcess.start(directory);
                EngineClient client = daemon.client()) {
            // One first, so that what the daemon opens once and keeps is not counted as a leak.
            client.removeContainer(started(client, image), true, false, false);
            long descriptors = descriptors(daemon);
            long files = files(daemon);

            List<Integer> hundred = IntStream.range(0, 100).boxed().toList();
            List<String> ids = Parallel.map(hundred, 16, _ -> started(client, image));
            assertThat(client.containers(false, "", false, "")).hasSize(100);
            Parallel.map(ids, 16, id -> {
                client.removeContainer(id, true, false, false);
                return id;
            });

            assertThat(client.containers(true, "", false, "")).isEmpty();
            // Connections of this client's own pool are not the daemon's leak: they end with it.
            client.close();
            Waiting.until(
                    Duration.ofSeconds(20),
                    () -> descriptors(daemon) + " descriptors, " + descriptors + " before",
                    () -> descriptors(daemon) <= descriptors);
            Waiting.until(
                    Duration.ofSeconds(20),
                    () -> files(daemon) + " files, " + files + " before",
                    () -> files(daemon) <= files && trash(daemon) == 0);
        }
        before.mustComeBack(Duration.ofSeconds(20));
    }

    private static String started(EngineClient client, Path image) {
        String body = "{\"Image\":\"dir:" + image + "\",\"Cmd\":[\"/bin/sleep\",\"1000\"],"
                + "\"HostConfig\":{\"NetworkMode\":\"none\",\"Memory\":33554432,\"PidsLimit\":16}}";
        Matcher made = ID.matcher(client.raw(Request.post("/containers/create").json(body)));
        assertThat(made.find()).isTrue();
        client.startContainer(made.group(1));
        return made.group(1);
    }

    private static long descriptors(DaemonProcess daemon) {
        return Objects.requireNonNull(
                        Path.of("/proc/" + daemon.pid() + "/fd").toFile().list())
                .length;
    }

    /// Everything below both roots but the database, whose log grows and shrinks as it likes, and the trash, which is
    /// emptied in the background.
    private static long files(DaemonProcess daemon) {
        return below(daemon.data()) + below(daemon.run());
    }

    private static long below(Path root) {
        try {
            var count = new AtomicLong();
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    count.incrementAndGet();
                    return directory.endsWith("trash") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (!file.getFileName().toString().startsWith("gantry.db")) {
                        count.incrementAndGet();
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }
            });
            return count.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is in the trash of the snapshots: it is emptied in the background.
    private static int trash(DaemonProcess daemon) {
        String[] names =
                daemon.data().resolve("snapshots/overlay/trash").toFile().list();
        return names == null ? 0 : names.length;
    }
}
