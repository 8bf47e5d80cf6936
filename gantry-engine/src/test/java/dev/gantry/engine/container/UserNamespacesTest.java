package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class UserNamespacesTest {
    @TempDir
    Path dir;

    @Test
    void filesOfAContainerThatHasNoNamespaceAnyMoreAreItsRootsAgain() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
        Path hosts = Files.writeString(dir.resolve("hosts"), "");
        Path own = Files.writeString(dir.resolve("hostname"), "");
        Files.setAttribute(hosts, "unix:uid", 100_000);
        Files.setAttribute(hosts, "unix:gid", 100_000);
        UserNamespaces.takeBack(Linux.host(), dir, hosts, own);
        for (Path file : new Path[] {hosts, own}) {
            assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0);
            assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(0);
        }
    }
}
