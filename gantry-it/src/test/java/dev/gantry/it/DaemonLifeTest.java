package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.container.ContainerConfig;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.RestartPolicy;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The life of gantryd itself: its lock, its socket, its leaving.
@Tag("kernel")
@Timeout(120)
class DaemonLifeTest {
    @TempDir
    Path dir;

    private Path rootfs;
    private DaemonProcess daemon;

    @BeforeEach
    void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        rootfs = Rootfs.busybox(dir.resolve("rootfs"));
        daemon = DaemonProcess.start(dir);
    }

    @AfterEach
    void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private String sleeper(EngineClient client, String name) {
        var config = ContainerConfig.builder()
                .image("dir:" + rootfs)
                .cmd(List.of("/bin/sh", "-c", "trap 'exit 3' TERM; while true; do sleep 0.1; done"))
                .build();
        String id = client.createContainer(
                        name,
                        "",
                        CreateRequest.of(
                                config, HostConfig.builder().networkMode("none").build()))
                .id();
        client.startContainer(id);
        return id;
    }

    /// Runs Main with these arguments to its end; the exit code and what it said.
    private String main(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dgantry.shim=" + System.getProperty("gantry.shim", "../gantry-runtime/target/shim/gantry-shim"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.gantry.daemon.Main"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return process.exitValue() + " " + said;
    }

    @Test
    void theSocketIsForRootAndItsGroupAlone() throws IOException {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("s")));
        assertThat(mode).isIn("rw-rw----", "rw-------");
    }

    @Test
    void aSecondDaemonOnTheSameRootIsRefusedAndToldWhoHasIt() throws IOException {
        String answer = main(
                "-H",
                "unix://" + dir.resolve("other"),
                "--data-root",
                daemon.data().toString(),
                "--exec-root",
                daemon.run().toString());
        assertThat(answer).startsWith("1 ").contains("process " + daemon.pid());
        assertThat(dir.resolve("other")).doesNotExist();
    }

    @Test
    void aSecondDaemonWithItsOwnRootDoesNotTakeTheSocket() throws IOException {
        String answer = main(
                "-H",
                daemon.host(),
                "--data-root",
                dir.resolve("data2").toString(),
                "--exec-root",
                dir.resolve("run2").toString());
        assertThat(answer).startsWith("1 ").contains("another daemon");
        try (EngineClient client = daemon.client()) {
            assertThat(client.version().apiVersion()).isEqualTo("1.50");
        }
    }

    @Test
    void sigtermLeavesContainersAloneAndTheNextDaemonHasThem() throws IOException {
        String id;
        try (EngineClient client = daemon.client()) {
            id = sleeper(client, "stays");
        }
        daemon.stop();
        assertThat(dir.resolve("s")).doesNotExist();
        daemon.startAgain();
        try (EngineClient client = daemon.client()) {
            assertThat(client.inspectContainer(id).state().running()).isTrue();
            client.stopContainer(id, "", "10");
            assertThat(client.inspectContainer(id).state().exitCode()).isEqualTo(3);
        }
    }

    @Test
    void aSocketThatACrashLeftBehindIsReplaced() throws IOException {
        daemon.kill();
        assertThat(dir.resolve("s")).exists();
        daemon.startAgain();
        try (EngineClient client = daemon.client()) {
            assertThat(client.version().version()).isNotEmpty();
        }
    }

    @Test
    void stopWithContainersEndsThemWithTheirOwnSignalFirst() throws IOException {
        String id;
        try (EngineClient client = daemon.client()) {
            id = sleeper(client, "ends");
        }
        String answer =
                main("stop", "--containers", "--data-root", daemon.data().toString());
        assertThat(answer).isEqualTo("0 ");
        Waiting.until(Duration.ofSeconds(60), () -> "the socket goes", () -> !Files.exists(dir.resolve("s")));
        daemon.stop();
        daemon.startAgain();
        try (EngineClient client = daemon.client()) {
            assertThat(client.inspectContainer(id).state().exitCode()).isEqualTo(3);
            assertThat(client.inspectContainer(id).state().running()).isFalse();
        }
    }

    @Test
    void whoTakesLongerThanTheTimeForAllIsKilled() throws IOException {
        daemon.close();
        daemon = DaemonProcess.startWith(dir, "--shutdown-timeout", "1");
        String id;
        try (EngineClient client = daemon.client()) {
            var config = ContainerConfig.builder()
                    .image("dir:" + rootfs)
                    .cmd(List.of("/bin/sh", "-c", "trap : TERM; while true; do sleep 0.1; done"))
                    .stopTimeout(100_000)
                    .build();
            var host = HostConfig.builder().networkMode("none").build();
            id = client.createContainer("long", "", CreateRequest.of(config, host))
                    .id();
            client.startContainer(id);
        }
        assertThat(main("stop", "--containers", "--data-root", daemon.data().toString()))
                .isEqualTo("0 ");
        daemon.stop();
        daemon.startAgain();
        try (EngineClient client = daemon.client()) {
            assertThat(client.inspectContainer(id).state().exitCode()).isEqualTo(137);
        }
    }

    @Test
    void theDaemonThatAContainerBringsBackIsTheLatest() throws IOException {
        daemon.close();
        List<String> told = List.of("JAVA_TOOL_OPTIONS=-Dgantry.home=" + launcher());
        daemon = DaemonProcess.startTold(dir, told);
        String id;
        long first;
        try (EngineClient client = daemon.client()) {
            var config = ContainerConfig.builder()
                    .image("dir:" + rootfs)
                    .cmd(List.of("/bin/sh", "-c", "while true; do sleep 0.1; done"))
                    .build();
            var host = HostConfig.builder()
                    .networkMode("none")
                    .restartPolicy(new RestartPolicy("always", 0))
                    .build();
            id = client.createContainer("back", "", CreateRequest.of(config, host))
                    .id();
            client.startContainer(id);
            first = client.inspectContainer(id).state().pid();
        }
        daemon.kill();
        daemon = DaemonProcess.startTold(dir, told, "--label", "said=by the 'latest'");
        try (EngineClient client = daemon.client()) {
            assertThat(client.inspectContainer(id).state().pid()).isEqualTo(first);
        }
        assertThat(Files.getPosixFilePermissions(daemon.data().resolve("comeback")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        daemon.kill();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        try {
            Waiting.until(Duration.ofSeconds(60), () -> "no daemon comes back", () -> answers(daemon));
            try (EngineClient client = daemon.client()) {
                assertThat(client.info().labels()).containsExactly("said=by the 'latest'");
                Waiting.until(
                        Duration.ofSeconds(60),
                        () -> "the container does not come back",
                        () -> runs(client, id, first));
            }
        } finally {
            main("stop", "--data-root", daemon.data().toString());
        }
    }

    private static boolean runs(EngineClient client, String id, long butNot) {
        var state = client.inspectContainer(id).state();
        return state.running() && state.pid() != butNot;
    }

    private static boolean answers(DaemonProcess daemon) {
        try (EngineClient client = daemon.client()) {
            return !client.version().version().isEmpty();
        } catch (Unavailable | IOException e) {
            return false;
        }
    }

    /// The home of a launcher of these classes.
    private Path launcher() throws IOException {
        Path home = dir.resolve("home");
        Path program = Files.createDirectories(home.resolve("bin")).resolve("gantry");
        List<String> java = DaemonProcess.program(dir);
        String words = String.join("' '", java.subList(0, java.indexOf("daemon")));
        Files.writeString(program, "#!/bin/sh\nexec '" + words + "' \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return home;
    }

    @Test
    void stopWithoutADaemonSaysThatThereIsNone() throws IOException {
        assertThat(main("stop", "--data-root", dir.resolve("nowhere").toString()))
                .startsWith("1 ")
                .contains("none runs on");
    }
}
