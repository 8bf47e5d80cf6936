package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same input gives the same image, whoever builds it and whenever.
@Tag("kernel")
@Timeout(180)
class SameDigestTest {
    private static final String DOCKERFILE = """
            FROM busybox:same AS made
            ARG greeting=hello
            WORKDIR /work
            RUN --mount=type=cache,target=/kept echo $greeting > /kept/list; cp /kept/list made; mkdir -p deep/er
            RUN echo more >> made; ln made other; ln -s made link; touch -d @7 /work/old; rm /etc/group
            FROM busybox:same
            ADD archive.tar /unpacked/
            COPY --chmod=640 --chown=12:34 . /context/
            COPY --from=made /work /work
            RUN --mount=type=bind,from=made,source=/work,target=/mnt cp /mnt/made /copied; mkdir /empty
            COPY <<EOT /heredoc
            written here
            EOT
            ENV of=test
            LABEL a=1 b=2
            EXPOSE 80
            CMD ["cat", "/copied"]
            """;

    @TempDir
    Path dir;

    private String built(Path root, Path base, Path context) throws IOException {
        try (StockDaemon stock = StockDaemon.start(root)) {
            stock.out("load", "-i", base.toString());
            var docker = new Docker("unix://" + root.resolve("s"), Map.of("DOCKER_BUILDKIT", "0"));
            Docker.Result result = docker.run("build", "-t", "same", context.toString());
            assertThat(result.code()).as(result.out() + result.err()).isZero();
            return stock.out("inspect", "-f", "{{.Id}} {{.RootFS.Layers}}", "same");
        }
    }

    private Path context(String name, Instant time) throws IOException {
        Path context = Files.createDirectories(dir.resolve(name));
        Path files = Files.createDirectories(dir.resolve("archived"));
        Files.writeString(files.resolve("in-archive"), "archived");
        Files.setLastModifiedTime(files.resolve("in-archive"), FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        Files.setLastModifiedTime(files, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        Rootfs.tarball(files, context.resolve("archive.tar"));
        Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
        for (String file : new String[] {"z", "a", "sub/b", "sub/a"}) {
            Path made = context.resolve(file);
            Files.createDirectories(made.getParent());
            Files.writeString(made, "of " + file);
            Files.setLastModifiedTime(made, FileTime.from(time));
        }
        return context;
    }

    @Test
    void twoDataRootsAtDifferentTimesGiveOneDigest() throws IOException {
        Path rootfs = Rootfs.busybox(dir.resolve("base"));
        Path base = Rootfs.archive(rootfs, "busybox:same", dir.resolve("base.tar"));
        String first = built(Files.createDirectory(dir.resolve("1")), base, context("one", Instant.now()));
        Instant begun = Instant.now();
        // Times in layers have whole seconds.
        Waiting.until(
                Duration.ofSeconds(30),
                () -> "another second",
                () -> Instant.now().isAfter(begun.plusMillis(1100)));
        String second = built(
                Files.createDirectory(dir.resolve("2")), base, context("two", Instant.ofEpochSecond(1_234_567_890)));
        assertThat(second).isEqualTo(first);
    }
}
