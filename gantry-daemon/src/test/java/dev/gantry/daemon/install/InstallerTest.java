package dev.gantry.daemon.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Into a folder and out of it again.
class InstallerTest {
    private static final String SOCKET = "etc/systemd/system/gantry.socket";

    @TempDir
    Path root;

    private final Installer installer = new Installer("/opt/gantry/bin/gantry");

    @BeforeEach
    void system() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "groupadd needs root");
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/group"), "root:x:0:\n");
        Files.writeString(root.resolve("etc/gshadow"), "root:*::\n");
        Files.createDirectories(root.resolve("var/lib/gantry"));
        Files.writeString(root.resolve("var/lib/gantry/data"), "of the user");
    }

    private List<String> install() {
        return installer.install(root.toString(), "docker", Map.of("bash", "complete gantry\n"));
    }

    private String text(String path) throws IOException {
        return Files.readString(root.resolve(path));
    }

    /// Every path with what is in it; lock files and backups of groupadd(8) are its own.
    private Map<String, String> all() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (var paths = Files.walk(root)) {
            for (Path p : paths.toList()) {
                String name = root.relativize(p).toString();
                if (!name.matches("etc/(group-|gshadow-|subuid.*|.*\\.lock)")) {
                    all.put(
                            name,
                            Files.isSymbolicLink(p)
                                    ? Files.readSymbolicLink(p).toString()
                                    : Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS) ? "" : Files.readString(p));
                }
            }
        }
        return all;
    }

    @Test
    void whatInstallWroteUninstallRemovesAndNothingElse() throws IOException {
        Map<String, String> before = all();
        install();
        assertThat(text("etc/systemd/system/gantry.service"))
                .contains("ExecStart=/opt/gantry/bin/gantry daemon -H fd://\n")
                .contains("Type=notify\n")
                .contains("KillMode=process\n")
                .contains("Delegate=yes\n");
        assertThat(text(SOCKET))
                .contains("ListenStream=/run/gantry.sock\nListenStream=/run/docker.sock\n")
                .contains("SocketGroup=docker\n");
        assertThat(text("etc/group")).contains("docker:x:");
        assertThat(text("usr/share/bash-completion/completions/gantry")).isEqualTo("complete gantry\n");
        assertThat(Files.readSymbolicLink(root.resolve("usr/local/bin/gantry")))
                .isEqualTo(Path.of("/opt/gantry/bin/gantry"));
        assertThat(text("root/.docker/contexts/meta/"
                        + Digest.sha256Of("gantry").hex() + "/meta.json"))
                .isEqualTo("{\"Name\":\"gantry\",\"Metadata\":{\"Description\":\"Gantry\"},\"Endpoints\":{\"docker\":"
                        + "{\"Host\":\"unix:///run/gantry.sock\",\"SkipTLSVerify\":false}}}\n");
        Map<String, String> once = all();
        install();
        assertThat(all()).isEqualTo(once);
        installer.uninstall(root.toString());
        assertThat(all()).isEqualTo(before);
        assertThat(installer.uninstall(root.toString())).containsExactly("nothing is installed");
    }

    @Test
    void theSocketOfDockerdStaysItsOwn() throws IOException {
        Files.createDirectories(root.resolve("usr/lib/systemd/system"));
        Files.writeString(root.resolve("usr/lib/systemd/system/docker.socket"), "");
        install();
        assertThat(text(SOCKET)).doesNotContain("docker.sock\n");
    }

    @Test
    void whatSomebodyElseWroteIsNotReplaced() throws IOException {
        Files.createDirectories(root.resolve("etc/systemd/system"));
        Files.writeString(root.resolve(SOCKET), "mine");
        Map<String, String> before = all();
        assertThatThrownBy(this::install).isInstanceOf(Conflict.class).hasMessageContaining("gantry.socket");
        assertThat(all()).isEqualTo(before);
    }

    @Test
    void whatWasChangedSinceIsKeptAndAGroupWithMembersToo() throws IOException {
        install();
        Files.writeString(root.resolve(SOCKET), "changed");
        Files.writeString(root.resolve("etc/group"), text("etc/group").replaceAll("(docker:x:[0-9]+:)", "$1me"));
        assertThat(installer.uninstall(root.toString())).contains("kept, it was changed: /" + SOCKET);
        assertThat(text(SOCKET)).isEqualTo("changed");
        assertThat(text("etc/group")).contains("docker:x:");
    }

    @Test
    void anotherInstallKeepsWhatWasChangedAndRenewsTheRest() throws IOException {
        install();
        Files.writeString(root.resolve(SOCKET), "changed");
        var moved = new Installer("/opt/newer/bin/gantry");
        assertThat(moved.install(root.toString(), "docker", Map.of()))
                .contains("kept, it was changed: /" + SOCKET, "/etc/systemd/system/gantry.service")
                .doesNotContain("/" + SOCKET);
        assertThat(text(SOCKET)).isEqualTo("changed");
        assertThat(text("etc/systemd/system/gantry.service")).contains("ExecStart=/opt/newer/bin/gantry ");
        assertThat(moved.uninstall(root.toString()))
                .contains("kept, it was changed: /" + SOCKET, "removed /etc/systemd/system/gantry.service");
    }

    @Test
    void aFileThatIsNoTextAnyMoreIsKeptToo() throws IOException {
        install();
        byte[] binary = {(byte) 0xff, (byte) 0xfe, 0};
        Files.write(root.resolve(SOCKET), binary);
        install();
        assertThat(installer.uninstall(root.toString())).contains("kept, it was changed: /" + SOCKET);
        assertThat(root.resolve(SOCKET)).hasBinaryContent(binary);
    }
}
