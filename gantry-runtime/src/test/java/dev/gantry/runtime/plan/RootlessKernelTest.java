package dev.gantry.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The rootless face as an ordinary user calls it, who has a single id and no way to the network.
final class RootlessKernelTest {
    private static final int UID = 45_672;

    @TempDir
    Path directory;

    private Path shim = Path.of("/nowhere");

    @BeforeEach
    void copyShim() throws IOException {
        ShimLaunch.needsRoot();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "/usr/bin/setpriv is missing");
        shim = directory.resolve("gantry-shim");
        Files.copy(ShimLaunch.shim(), shim, StandardCopyOption.COPY_ATTRIBUTES);
        ShimLaunch.command("/bin/chown", "-R", UID + ":nogroup", directory.toString());
    }

    @AfterEach
    void endHolders() {
        holders().forEach(ProcessHandle::destroyForcibly);
        Waiting.until("the user's processes end", () -> holders().isEmpty());
    }

    @Test
    void namespacesAreSharedAndEndWithWhoeverBindsPortsForThem() {
        String first = network();
        assertThat(network()).isEqualTo(first);

        holders().stream().filter(p -> title(p).startsWith("gantry-outside")).forEach(ProcessHandle::destroyForcibly);
        Waiting.until("both end", () -> holders().isEmpty());
        assertThat(directory.resolve("state/s")).doesNotExist();

        assertThat(network()).isNotBlank();
        assertThat(directory.resolve("state/s")).exists();
    }

    /// The network namespace of a program that the user starts.
    private String network() {
        return ShimLaunch.command(
                "/usr/bin/setpriv",
                "--reuid",
                "" + UID,
                "--regid",
                "nogroup",
                "--clear-groups",
                "--inh-caps=-all",
                shim.toString(),
                "rootless",
                "--state",
                directory.resolve("state").toString(),
                "--net",
                "none",
                "--",
                "readlink",
                "/proc/self/ns/net");
    }

    private static List<ProcessHandle> holders() {
        return ProcessHandle.allProcesses()
                .filter(p -> owner(p) == UID && !title(p).isEmpty())
                .toList();
    }

    private static int owner(ProcessHandle process) {
        try {
            return (int) Files.getAttribute(Path.of("/proc/" + process.pid()), "unix:uid");
        } catch (IOException gone) {
            return -1;
        }
    }

    /// Empty when it has ended.
    private static String title(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException gone) {
            return "";
        }
    }
}
