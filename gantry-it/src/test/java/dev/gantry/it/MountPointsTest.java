package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is mounted over has a place in every image, and leaves no trace in the container's own files.
@Tag("kernel")
@Timeout(120)
class MountPointsTest {
    @TempDir
    Path directory;

    @Test
    void anImageOfOneProgramHasAllMountPointsAndItsContainersOwnFilesStayEmpty() throws Exception {
        Path program = Files.createDirectories(directory.resolve("image/bin")).resolve("busybox");
        Files.copy(Path.of("/bin/busybox"), program);
        Path tar = directory.resolve("image.tar");
        assertThat(Ended.run(List.of("tar", "-C", directory.resolve("image").toString(), "-cf", tar.toString(), "."))
                        .code())
                .isZero();
        try (DaemonProcess daemon = DaemonProcess.start(Files.createDirectories(directory.resolve("root")))) {
            var gantry = new GantryCommand(daemon);
            gantry.run("import", tar.toString(), "one:latest");
            String script =
                    "/bin/busybox cat /etc/hostname; /bin/busybox grep -c localhost /etc/hosts; /bin/busybox ls -d /proc/1 /sys/fs /dev/null";
            assertThat(gantry.run(
                            "run",
                            "--name",
                            "box",
                            "--network",
                            "none",
                            "--hostname",
                            "box",
                            "one",
                            "/bin/busybox",
                            "sh",
                            "-c",
                            script))
                    .startsWith("box\n")
                    .endsWith("/dev/null\n/proc/1\n/sys/fs\n");
            String id = gantry.run("inspect", "--format", "{{.Id}}", "box").strip();
            Path own = daemon.data()
                    .resolve("snapshots/overlay/containers")
                    .resolve(id)
                    .resolve("upper");
            try (Stream<Path> files = Files.list(own)) {
                assertThat(files).isEmpty();
            }
        }
    }
}
