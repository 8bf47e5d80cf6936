package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.api.client.Request;
import dev.gantry.daemon.client.ClientMain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Our own commands about volumes, between two daemons.
@Tag("kernel")
@Timeout(180)
class VolumeMoveTest {
    @TempDir
    Path dir;

    private record Result(int code, String out, String err) {}

    private Result gantry(Path engine, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ClientMain.class.getName(),
                "-H",
                address(engine)));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(dir, "out", "");
        Path err = Files.createTempFile(dir, "err", "");
        Process p = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(p.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static String address(Path engine) {
        return "unix://" + engine.resolve("s");
    }

    @Test
    void aVolumeMovesWithItsFilesToAnotherEngine() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        Path here = Files.createDirectories(dir.resolve("here"));
        Path there = Files.createDirectories(dir.resolve("there"));
        try (DaemonProcess first = DaemonProcess.start(here);
                DaemonProcess second = DaemonProcess.start(there)) {
            assertThat(gantry(here, "volume", "create", "--label", "a=b", "data")
                            .out())
                    .isEqualTo("data\n");
            Path data = first.data().resolve("volumes/data/_data");
            Files.writeString(data.resolve("f"), "kept");
            Files.setAttribute(data.resolve("f"), "unix:uid", 33);
            assertThat(gantry(here, "volume", "snapshot", "data", "monday").out())
                    .isEqualTo("monday\n");
            Files.writeString(data.resolve("f"), "changed");
            assertThat(gantry(here, "volume", "clone", "monday", "clone").out()).isEqualTo("clone\n");
            assertThat(gantry(here, "volume", "restore", "data", "--from", "monday")
                            .out())
                    .isEqualTo("data\n");
            assertThat(gantry(here, "volume", "rename", "clone", "other").out()).isEqualTo("other\n");
            Path tar = dir.resolve("backup.tar");
            assertThat(gantry(here, "volume", "backup", "-o", tar.toString(), "other")
                            .code())
                    .isZero();
            assertThat(gantry(there, "volume", "restore", "-i", tar.toString(), "back")
                            .code())
                    .isZero();
            assertThat(second.data().resolve("volumes/back/_data/f")).hasContent("kept");

            try (var client = first.client();
                    var files = client.http().ask(Request.get("/volumes/data/backup"))) {
                assertThat(files.header("gantry-bytes")).matches("[1-9][0-9]*");
                gantry(here, "volume", "restore", "data", "--from", "monday");
                Request stale = Request.of("DELETE", "/volumes/data").with("lastUse", files.header("gantry-last-use"));
                assertThatThrownBy(() -> client.raw(stale)).hasMessageContaining("since it was copied");
                Request empty = Request.of("DELETE", "/volumes/data?lastUse=");
                assertThatThrownBy(() -> client.raw(empty)).hasMessageContaining("lastUse: it is empty");
            }
            Result moved = gantry(here, "volume", "move", "data", "--to", address(there));
            assertThat(moved.err()).isEmpty();
            assertThat(moved.out()).isEqualTo("data\n");
            Path arrived = second.data().resolve("volumes/data/_data/f");
            assertThat(arrived).hasContent("kept");
            assertThat(Files.getAttribute(arrived, "unix:uid")).isEqualTo(33);
            assertThat(gantry(there, "volume", "ls", "--format", "{{.Name}} {{.Labels}}")
                            .out())
                    .contains("data a=b\n");
            assertThat(gantry(here, "volume", "ls", "-q").out().lines()).containsExactlyInAnyOrder("monday", "other");
            assertThat(gantry(here, "volume", "move", "monday", "--name", "data", "--to", address(there))
                            .err())
                    .contains("the other engine has a volume data");
            assertThat(gantry(here, "volume", "move", "nope", "--to", address(there))
                            .err())
                    .contains("get nope: no such volume");
            assertThat(first.data().resolve("volumes").toFile().list()).containsExactlyInAnyOrder("monday", "other");
        }
    }
}
