package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A whole distribution: made by mmdebstrap, imported, saved, loaded again, and used as people use it.
@Tag("kernel")
@Timeout(600)
class DebianImageTest {
    @TempDir
    Path directory;

    @Test
    void debianFromMmdebstrapIsSavedLoadedAndRun() throws Exception {
        assumeTrue(Ended.run(List.of("mmdebstrap", "--version")).code() == 0, "mmdebstrap is not installed");
        Path rootfs = directory.resolve("rootfs.tar");
        Ended made = Ended.run(
                List.of("mmdebstrap", "--quiet", "--variant=apt", release(), rootfs.toString()),
                new byte[0],
                Duration.ofMinutes(5));
        assertThat(made.code()).as(made.text()).isZero();
        HostState before = HostState.observe(directory);
        try (DaemonProcess daemon = DaemonProcess.start(Files.createDirectories(directory.resolve("root")))) {
            var gantry = new GantryCommand(daemon);
            Path archive = directory.resolve("debian.tar");
            gantry.run("import", rootfs.toString(), "made:latest");
            gantry.run("tag", "made:latest", "debian:latest");
            gantry.run("save", "-o", archive.toString(), "debian:latest");
            gantry.run("rmi", "debian:latest", "made:latest");
            assertThat(gantry.run("load", "-i", archive.toString())).contains("debian:latest");
            assertThat(gantry.inside("debian", "cat", "/etc/os-release")).contains("ID=debian");
            assertThat(gantry.inside("debian", "apt-get", "--version")).startsWith("apt ");
            assertThat(gantry.inside("debian", "id")).isEqualTo("uid=0(root) gid=0(root) groups=0(root)\n");
            assertThat(gantry.inside("debian", "hostname")).isEqualTo("box\n");
            assertThat(gantry.inside("debian", "sh", "-c", "echo $$; tr '\\0' ' ' < /proc/1/cmdline"))
                    .startsWith("1\nsh -c ");
            assertThat(gantry.inside("debian", "cat", "/proc/self/status").lines())
                    .as("Docker's default set of capabilities, and a filter of system calls")
                    .contains("CapEff:\t00000000a80425fb", "CapBnd:\t00000000a80425fb", "Seccomp:\t2");
            // Files of other owners, links and modes are as the distribution made them.
            assertThat(gantry.inside("debian", "stat", "-c", "%a %U:%G", "/usr/bin/passwd", "/etc/shadow", "/var/mail"))
                    .isEqualTo("4755 root:root\n640 root:shadow\n2775 root:mail\n");
            gantry.run("rmi", "debian:latest");
        }
        before.mustComeBack(Duration.ofSeconds(20));
    }

    /// The host's own release: its package sources have it.
    private static String release() throws IOException {
        return Files.readAllLines(Path.of("/etc/os-release")).stream()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .map(line -> line.substring(line.indexOf('=') + 1))
                .findFirst()
                .orElse("stable");
    }
}
