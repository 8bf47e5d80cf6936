package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A daemon under a supervisor that listens for it and wants to hear of it, as systemd does; and clients that come by
/// ssh(1), for which a script stands in.
@Tag("kernel")
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoorsTest {
    /// Prints what it is told, and how the daemon ends. sd_listen_fds(3), sd_notify(3).
    private static final String SUPERVISOR = """
            import os, select, socket, sys
            notify, listen, command = sys.argv[1], sys.argv[2], sys.argv[3:]
            told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            told.bind(notify)
            door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            door.bind(listen)
            door.listen(64)
            pid = os.fork()
            if pid == 0:
                os.dup2(door.fileno(), 3)
                os.set_inheritable(3, True)
                os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()), NOTIFY_SOCKET=notify)
                os.execvp(command[0], command)
            print('pid', pid, flush=True)
            ended = 0
            while True:
                while select.select([told], [], [], 0.1)[0]:
                    print(told.recv(4096).decode().replace('\\n', ' '), flush=True)
                if ended:
                    print('ended', flush=True)
                    break
                ended = os.waitpid(pid, os.WNOHANG)[0]
            """;

    private static final Path GANTRY = Path.of("../target/dist/bin/gantry");
    private static final String GROUP = DaemonProcess.GROUPS + "doors";

    @TempDir
    static Path dir;

    private static Process supervisor;
    private static Path door;
    private static Path said;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "python3"))),
                "no python3 on the PATH");
        door = dir.resolve("door");
        said = dir.resolve("said");
        List<String> daemon = new ArrayList<>(DaemonProcess.program(dir));
        daemon.set(daemon.indexOf("-H") + 1, "fd://");
        Path script = Files.writeString(dir.resolve("supervisor.py"), SUPERVISOR);
        List<String> command = new ArrayList<>(List.of("unshare", "--net"));
        command.addAll(
                List.of("python3", script.toString(), dir.resolve("notify").toString(), door.toString()));
        command.addAll(daemon);
        command.addAll(List.of("--cgroup-parent", GROUP));
        supervisor = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Waiting.until(Duration.ofSeconds(60), () -> "the daemon is ready: " + told(), () -> told().contains("READY=1"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (supervisor != null && supervisor.isAlive()) {
            pid().ifPresent(ProcessHandle::destroy);
            if (!supervisor.waitFor(60, TimeUnit.SECONDS)) {
                supervisor.destroyForcibly();
            }
        }
        HostState.removeGroups(GROUP);
    }

    private static String told() {
        try {
            return Files.readString(said);
        } catch (IOException e) {
            return "";
        }
    }

    private static Optional<ProcessHandle> pid() {
        return told().lines()
                .filter(l -> l.startsWith("pid "))
                .findFirst()
                .flatMap(l -> ProcessHandle.of(Long.parseLong(l.substring(4))));
    }

    @Test
    @Order(1)
    void theDaemonServesTheSocketThatItWasGivenAndSaysThatItIsReady() throws IOException {
        long pid = pid().orElseThrow().pid();
        assertThat(told()).contains("READY=1 STATUS=serving MAINPID=" + pid);
        Docker.Result version = new Docker("unix://" + door).run("version", "-f", "{{.Server.APIVersion}}");
        assertThat(version.out()).as(version.err()).isEqualTo("1.50\n");
    }

    @Test
    @Order(2)
    void clientsComeBySsh() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(GANTRY), "target/dist is not built: ./gantry --build");
        Path bin = Files.createDirectory(dir.resolve("bin"));
        Path asked = dir.resolve("asked");
        String socket = "unix://" + door;
        Path ssh = Files.writeString(bin.resolve("ssh"), """
                #!/bin/sh
                echo "$*" >> %s
                case "$*" in
                *gantry*) exec %s -H %s system dial-stdio ;;
                *) exec docker -H %s system dial-stdio ;;
                esac
                """.formatted(asked, GANTRY.toRealPath(), socket, socket));
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwxr-xr-x"));
        String path = bin + ":" + System.getenv("PATH");
        Docker.Result far = new Docker("ssh://me@far.example:2222", Map.of("PATH", path)).run("info", "-f", "{{.ID}}");
        Docker.Result near = new Docker(socket).run("info", "-f", "{{.ID}}");
        assertThat(far.out()).as(far.err()).isEqualTo(near.out()).isNotBlank();
        Ended ours = Ended.run(
                List.of("env", "PATH=" + path, GANTRY.toString(), "-H", "ssh://far.example", "network", "ls", "-q"));
        assertThat(ours.code()).as(ours.text()).isZero();
        assertThat(ours.text().lines().toList()).hasSize(3);
        assertThat(Files.readAllLines(asked))
                .anyMatch(line ->
                        line.contains("me") && line.contains("2222") && line.contains("docker system dial-stdio"))
                .anyMatch(line -> line.endsWith("-- far.example gantry system dial-stdio"));
    }

    @Test
    @Order(3)
    void itSaysThatItLeavesAndTheSocketStays() throws InterruptedException {
        pid().orElseThrow().destroy();
        assertThat(supervisor.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(told().lines().toList().reversed())
                .startsWith("ended")
                .anyMatch(line -> line.startsWith("STOPPING=1 "));
        assertThat(door).as("whoever listens for it goes on").exists();
    }
}
