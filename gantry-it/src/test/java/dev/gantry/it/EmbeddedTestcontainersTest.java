package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Testcontainers of both generations finds the engine inside its own process, with nothing set and nothing running
/// beside it; and what is left of it when the process ends or is killed.
@Tag("kernel")
@Timeout(300)
class EmbeddedTestcontainersTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private Process network;
    private Path archive;
    private final List<Process> programs = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "containers need root here");
        archive = Rootfs.archive(Rootfs.busybox(dir.resolve("rootfs")), "busybox:it", dir.resolve("image.tar"));
        // It forwards already, so that the engine has no rules to leave.
        network = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        "ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward; echo; exec sleep 100000")
                .start();
        network.getInputStream().read(); // it is there
    }

    @AfterEach
    void end() {
        programs.forEach(Process::destroyForcibly);
        if (network != null) {
            network.destroyForcibly();
        }
    }

    @Test
    void theFirstGenerationFindsIt() throws Exception {
        walks(System.getProperty("java.class.path"));
    }

    @Test
    void theSecondGenerationFindsIt() throws Exception {
        walks(TestcontainersTwo.classPath());
    }

    private void walks(String classPath) throws Exception {
        Set<String> before = left();
        Process program = program(classPath);
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).as(said).isZero();
        assertThat(said)
                .contains(
                        "engine: " + dir.resolve("root"),
                        "published: served",
                        "by name: served",
                        "logged: it is ready",
                        "copied out: served",
                        "copied in: given",
                        "failed: 4 why",
                        "environment: port",
                        "running: true",
                        "done");
        nothingMoreThan(before);
    }

    /// Two at a time have two engines, and the socket of each is its user's alone.
    @Test
    void whatKilledTestsLeaveGoesByItself() throws Exception {
        Set<String> before = left();
        List<String> pids = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Process program = program(System.getProperty("java.class.path"), "killed");
            pids.add(pid(program));
            Path socket = dir.resolve("root/" + i + "/door/docker.sock");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                    .isEqualTo("rwx------");
        }
        assertThat(left()).hasSizeGreaterThan(before.size());
        for (Process program : programs) {
            program.destroyForcibly().waitFor();
        }
        for (String pid : pids) {
            Waiting.until(SOON, () -> "the end of " + pid, () -> !Files.exists(Path.of("/proc", pid)));
        }
        nothingMoreThan(before);
    }

    private static String pid(Process program) throws IOException {
        @SuppressWarnings("resource") // it ends with the program
        BufferedReader out = program.inputReader();
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("pid: ")) {
                return line.substring("pid: ".length());
            }
        }
        throw new AssertionError("it has ended: " + said);
    }

    /// With nothing set that tells of any engine.
    private Process program(String classPath, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "nsenter",
                "--net=/proc/" + network.pid() + "/ns/net",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dgantry.shim=" + System.getProperty("gantry.shim", ""),
                "-Dgantry.testcontainers.root=" + dir.resolve("root"),
                "-Duser.home=" + dir,
                "-cp",
                classPath,
                "dev.gantry.it.EmbeddedTestcontainersMain",
                archive.toString()));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(k -> k.startsWith("DOCKER_") || k.startsWith("TESTCONTAINERS_"));
        Process started = builder.start();
        programs.add(started);
        return started;
    }

    private void nothingMoreThan(Set<String> before) {
        Waiting.until(SOON, () -> "left: " + left() + " where there was " + before, () -> left().equals(before));
    }

    /// Processes, mounts, control groups, sockets, interfaces and tables that an engine may leave.
    private Set<String> left() {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            Set<String> found = processes
                    .map(p -> p.getFileName().toString())
                    .filter(n -> n.matches("[0-9]+") && commandLine(n).contains(dir.toString()))
                    .map(n -> n + " " + commandLine(n))
                    .collect(Collectors.toCollection(TreeSet::new));
            Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .filter(line -> line.contains(dir.toString()))
                    .forEach(found::add);
            for (int i = 0; i < 2; i++) {
                String group = "gantry-embedded-"
                        + Integer.toHexString(dir.resolve("root/" + i).hashCode());
                groups(group).forEach(found::add);
            }
            HostState.below(dir.resolve("root")).stream()
                    .filter(f -> f.endsWith("docker.sock") || f.endsWith("door"))
                    .forEach(f -> found.add(f.toString()));
            found.addAll(onHost("ip", "-br", "link"));
            found.addAll(onHost("nft", "list", "tables"));
            return found;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> groups(String name) throws IOException {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return hierarchies
                    .map(h -> h.resolve(name))
                    .filter(Files::exists)
                    .map(Path::toString)
                    .toList();
        }
    }

    private List<String> onHost(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + network.pid() + "/ns/net"));
        all.addAll(List.of(command));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    private static String commandLine(String pid) {
        try {
            return Files.readString(Path.of("/proc", pid, "cmdline")).replace('\0', ' ');
        } catch (IOException ended) {
            return "";
        }
    }
}
