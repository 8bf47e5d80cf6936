package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Containers whose files are copies, through the stock client; and an engine in a container of another, which finds
/// out by itself that it has to do so.
@Tag("kernel")
@Timeout(300)
class StorageDriverTest {
    private static final String IMAGE = "busybox:it";

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Docker docker;
    private static Path tar;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        daemon = DaemonProcess.startOn(DaemonProcess.network(), dir, "--storage-driver", "vfs");
        docker = new Docker(daemon.host());
        ok("import", tar.toString(), IMAGE);
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private static String ok(String... arguments) throws IOException {
        Docker.Result result = docker.run(arguments);
        assertThat(result.code()).as("%s: %s", List.of(arguments), result.err()).isZero();
        return result.out().strip();
    }

    private static String inside(String image, String script) throws IOException {
        return ok("run", "--rm", "--network", "none", image, "sh", "-c", script);
    }

    @Test
    void theDriverIsToldWhereDockerTellsIt() throws IOException {
        ok("create", "--name", "told", "--network", "none", IMAGE, "true");
        assertThat(ok("info", "-f", "{{.Driver}}")).isEqualTo("vfs");
        assertThat(ok("inspect", "-f", "{{.Driver}} {{json .GraphDriver.Data}}", "told"))
                .isEqualTo("vfs null");
        assertThat(ok("image", "inspect", "-f", "{{.GraphDriver.Name}}", IMAGE)).isEqualTo("vfs");
        ok("rm", "told");
    }

    @Test
    void whatAContainerHasChangedIsFoundAndBecomesALayer() throws IOException, InterruptedException {
        ok(
                "run",
                "--name",
                "writer",
                "--network",
                "none",
                IMAGE,
                "sh",
                "-c",
                "echo new > /new; busybox rm /etc/group; mkdir /d; echo deep > /d/f; echo more >> /etc/passwd");
        assertThat(ok("diff", "writer").lines().toList())
                .containsExactly("A /d", "A /d/f", "C /etc", "D /etc/group", "C /etc/passwd", "A /new");
        long passwd = Files.size(dir.resolve("rootfs/etc/passwd")) + "more\n".length();
        assertThat(ok("ps", "-as", "--format", "{{.Size}}", "--filter", "name=writer"))
                .startsWith((passwd + "new\n".length() + "deep\n".length()) + "B (virtual ");
        ok("commit", "writer", "written:it");
        assertThat(inside("written:it", "cat /new /d/f; ls /etc; tail -n 1 /etc/passwd"))
                .contains("new\ndeep\n")
                .contains("passwd")
                .endsWith("more")
                .doesNotContain("group");
        assertThat(inside(IMAGE, "ls /; ls /etc")).contains("group").doesNotContain("new");
        Path out = dir.resolve("export.tar");
        ok("export", "-o", out.toString(), "writer");
        assertThat(Ended.run(List.of("tar", "-tf", out.toString())).text())
                .contains("d/f\n")
                .contains("etc/resolv.conf\n")
                .doesNotContain("etc/group\n");
        ok("start", "-a", "writer");
        assertThat(ok("diff", "writer"))
                .as("a second run goes on with the same files")
                .contains("A /new");
        ok("rm", "writer");
        ok("rmi", "written:it");
    }

    @Test
    void aChangeThatSizeAndTimeDoNotTellIsFoundAndSecondNamesStayNames() throws IOException {
        ok(
                "run",
                "--name",
                "sly",
                "--network",
                "none",
                IMAGE,
                "sh",
                "-c",
                "busybox cp -p /etc/passwd /tmp/p; busybox tr a-z A-Z < /tmp/p > /etc/passwd;"
                        + " busybox touch -r /tmp/p /etc/passwd; busybox rm /tmp/p; busybox touch -r /etc /tmp;"
                        + " busybox ln /etc/group /etc/group2");
        String id = ok("inspect", "-f", "{{.Id}}", "sly");
        byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        Path bin = daemon.data().resolve("snapshots/copy/containers/" + id + "/root/bin");
        try (Fd directory = Linux.host().files().openDirectory(bin.toString())) {
            Linux.host().attributes().setXattr(directory, "busybox", "security.capability", capability);
        }
        assertThat(ok("diff", "sly").lines().toList())
                .containsExactly("C /bin", "C /bin/busybox", "C /etc", "A /etc/group2", "C /etc/passwd");
        ok("commit", "sly", "sly:it");
        assertThat(inside("sly:it", "cat /etc/passwd; busybox stat -c %h /etc/group"))
                .startsWith("ROOT:")
                .endsWith("2");
        ok("rm", "sly");
        ok("rmi", "sly:it");
    }

    @Test
    void anImageMayHaveAFileWhereOthersHaveTheirConfiguration() throws IOException {
        Path odd = Files.createDirectory(dir.resolve("odd"));
        Files.writeString(odd.resolve("etc"), "no directory");
        ok("import", Rootfs.tarball(odd, dir.resolve("odd.tar")).toString(), "odd:it");
        ok("create", "--name", "odd", "--network", "none", "odd:it", "true");
        ok("rm", "odd");
        ok("rmi", "odd:it");
    }

    @Test
    void filesGoInAndOutAndVolumesBeginAsTheImage() throws IOException {
        Path file = Files.writeString(dir.resolve("in"), "copied");
        ok("run", "-d", "--name", "copier", "--network", "none", IMAGE, "sleep", "1000");
        ok("cp", file.toString(), "copier:/in");
        assertThat(ok("exec", "copier", "cat", "/in")).isEqualTo("copied");
        ok("rm", "-f", "copier");
        assertThat(ok("run", "--rm", "--network", "none", "-v", "filled:/etc", IMAGE, "ls", "/etc"))
                .contains("passwd");
        String mount = "type=image,source=" + IMAGE + ",target=/m";
        assertThat(ok("run", "--rm", "--network", "none", "--mount", mount, IMAGE, "ls", "/m"))
                .isEqualTo(inside(IMAGE, "ls -d /bin /etc /root /tmp /var /dev /proc /sys")
                        .replace("/", ""));
        Docker.Result refused =
                docker.run("run", "--rm", "--network", "none", "--mount", mount, IMAGE, "touch", "/m/x");
        assertThat(refused.err()).contains("Read-only file system");
    }

    @Test
    void adoptedByTheNextDaemonAContainerKeepsItsFiles() throws IOException {
        ok("run", "-d", "--name", "stays", "--network", "none", IMAGE, "sh", "-c", "echo here > /f; exec sleep 1000");
        ok("exec", "stays", "sh", "-c", "while ! [ -s /f ]; do sleep 0.1; done");
        daemon.kill();
        daemon.startAgain();
        assertThat(ok("exec", "stays", "cat", "/f")).isEqualTo("here");
        assertThat(ok("diff", "stays")).isEqualTo("A /f");
        ok("rm", "-f", "stays");
    }

    @Test
    void aDirectoryWithTheEnginesOwnFilesIsNoImageHere() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("../target/dist/bin/gantry")), "not built: ./gantry --build");
        Ended ended = Ended.run(List.of(
                "../target/dist/bin/gantry", "-H", daemon.host(), "run", "--rm", "--network", "none", "dir:/", "true"));
        assertThat(ended.code()).isEqualTo(125);
        assertThat(ended.text()).contains("would be copied").contains("use an image");
    }

    @Test
    void anEngineInAContainerFindsOutThatItHasToCopy() throws IOException, InterruptedException {
        Path outerDir = Files.createDirectory(dir.resolve("outer"));
        try (DaemonProcess outer = DaemonProcess.startApart(outerDir)) {
            var gantry = new GantryCommand(outer);
            List<String> program = DaemonProcess.program(Path.of("/inner"));
            List<String> run = new ArrayList<>(
                    List.of("run", "-d", "--privileged", "--name", "inner", "--network", "none", "dir:/"));
            run.addAll(List.of("sh", "-c", "mkdir /inner; exec \"$@\" > /inner/log 2>&1", "sh"));
            run.addAll(program);
            gantry.run(run.toArray(String[]::new));
            String pid = new Docker(outer.host())
                    .run("inspect", "-f", "{{.State.Pid}}", "inner")
                    .out()
                    .strip();
            Path inner = Path.of("/proc", pid, "root/inner");
            var client = new Docker("unix://" + inner.resolve("s"));
            Waiting.until(Duration.ofSeconds(60), () -> "the inner engine answers", () -> answers(client));
            assertThat(Files.readString(inner.resolve("log")))
                    .containsOnlyOnce("storage=vfs images=copied why=\"an overlay cannot be mounted: ");
            assertThat(client.run("import", tar.toString(), IMAGE).code()).isZero();
            Docker.Result nested =
                    client.run("run", "--rm", "--memory", "32m", "--network", "none", IMAGE, "echo", "nested");
            assertThat(nested.out()).as(nested.err()).isEqualTo("nested\n");
            assertThat(client.run("info", "-f", "{{.Driver}} {{.DriverStatus}}").out())
                    .startsWith("vfs ")
                    .contains("[Because an overlay cannot be mounted: ");
        }
    }

    private static boolean answers(Docker client) {
        try {
            return client.run("version").code() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
