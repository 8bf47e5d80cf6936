package dev.gantry.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.engine.exec.Execs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An engine in this very process, and what is left of it.
@Tag("kernel")
@Timeout(180)
class EmbeddedGantryTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private Process network;
    private Path image;
    private Path root;

    @BeforeEach
    void makeImage() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "containers need root here");
        network = new ProcessBuilder("unshare", "--net", "sh", "-c", "ip link set lo up; echo; exec sleep 100000")
                .start();
        network.getInputStream().read(); // it is there
        Path busybox = Path.of("/bin/busybox");
        assumeTrue(Files.isExecutable(busybox), "no /bin/busybox: install busybox-static");
        image = dir.resolve("image");
        root = dir.resolve("root");
        for (String name : List.of("bin", "etc", "tmp", "proc", "sys", "dev")) {
            Files.createDirectories(image.resolve(name));
        }
        Files.copy(busybox, image.resolve("bin/busybox"));
        for (String name : List.of("sh", "sleep", "cat", "echo")) {
            Files.createSymbolicLink(image.resolve("bin").resolve(name), Path.of("busybox"));
        }
    }

    @AfterEach
    void endNetwork() {
        if (network != null) {
            network.destroyForcibly();
        }
    }

    /// Of the host network in which programs run.
    private List<String> links() throws IOException {
        Process ip =
                new ProcessBuilder("nsenter", "--net=/proc/" + network.pid() + "/ns/net", "ip", "-br", "link").start();
        return new String(ip.getInputStream().readAllBytes(), UTF_8).lines().toList();
    }

    private ContainerSpec spec(String... command) {
        return ContainerSpec.of("dir:" + image).args(command).build();
    }

    @Test
    void aProgramRunsExecutesReadsAndWrites() throws Exception {
        Set<String> before = mine();
        try (EmbeddedGantry gantry = EmbeddedGantry.open(root)) {
            try (EmbeddedContainer box = gantry.run(spec("sh", "-c", "echo up; echo and well >&2; exec sleep 1000"))) {
                box.write("/tmp/greeting", "hello".getBytes(UTF_8));
                assertThat(box.exec("cat", "/tmp/greeting").output()).isEqualTo("hello");
                assertThat(box.exec("sh", "-c", "exit 7").code()).isEqualTo(7);
                assertThat(box.exec(ExecSpec.of("sleep", "1000"), Duration.ofMillis(50))
                                .inTime())
                        .isFalse();
                box.exec("sh", "-c", "echo made inside > /tmp/made");
                assertThat(box.read("/tmp/made")).asString(UTF_8).isEqualTo("made inside\n");
                assertThatThrownBy(() -> box.read("/tmp/nosuch")).isInstanceOf(NotFound.class);
                until("both lines are logged", () -> box.logs().equals("up\nand well\n"));
                assertThat(box.look().isRunning()).isTrue();
                assertThatThrownBy(() -> EmbeddedGantry.open(root))
                        .isInstanceOf(Conflict.class)
                        .hasMessageContaining("holds this data root");
            }
            assertThat(gantry.engine().containers().list()).isEmpty();
            EmbeddedContainer forgotten = gantry.run(spec("sleep", "1000"));
            assertThat(forgotten.await(Duration.ofMillis(1))).isEmpty();
            EmbeddedContainer short_ = gantry.run(spec("sh", "-c", "exit 3"));
            assertThat(short_.await(SOON).map(Exit::code)).contains(3);
        }
        until("nothing is left: " + before, () -> mine().equals(before));
        assertThat(sockets()).isEmpty();
    }

    /// As the README has it.
    @Test
    void theExampleWorks() throws Exception {
        try (EmbeddedGantry gantry = EmbeddedGantry.open(root);
                EmbeddedContainer box = gantry.run(
                        ContainerSpec.of("dir:/").args("sleep", "1000").build())) {
            box.write("/tmp/greeting", "hello".getBytes(UTF_8));
            Execs.Ended cat = box.exec("cat", "/tmp/greeting");
            assertThat(cat.output()).isEqualTo("hello");
        }
    }

    @Test
    void whatAKilledProgramLeftGoesByItself() throws Exception {
        Set<String> before = mine();
        Process program = startProgram();
        String pid = firstLine(program);
        assertThat(Files.readString(Path.of("/proc", pid, "cmdline"))).contains("sleep");
        assertThat(mine()).isNotEqualTo(before);
        assertThat(links()).hasSizeGreaterThan(1);
        program.destroyForcibly().waitFor();
        until("process " + pid + " has ended", () -> !Files.exists(Path.of("/proc", pid)));
        until("nothing is left", () -> mine().equals(before));
        assertThat(links()).singleElement().asString().startsWith("lo ");
    }

    @Test
    void whatIsLeftWithoutAGuardGoesWithTheNextOpen() throws Exception {
        Set<String> before = mine();
        Process program = startProgram();
        String pid = firstLine(program);
        for (ProcessHandle guard : program.children()
                .filter(c -> commandLine(c.pid()).contains("gantry-guard"))
                .toList()) {
            guard.destroyForcibly();
            guard.onExit().join();
        }
        program.destroyForcibly().waitFor();
        assertThat(Files.exists(Path.of("/proc", pid))).isTrue();
        try (EmbeddedGantry gantry = EmbeddedGantry.open(root)) {
            assertThat(gantry.engine().containers().list()).isEmpty();
            until("process " + pid + " has ended", () -> !Files.exists(Path.of("/proc", pid)));
        }
        until("nothing is left", () -> mine().equals(before));
    }

    private Process startProgram() throws IOException {
        return new ProcessBuilder(
                        "nsenter",
                        "--net=/proc/" + network.pid() + "/ns/net",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dgantry.shim=" + System.getProperty("gantry.shim", ""),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Killed.class.getName(),
                        root.toString(),
                        image.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String firstLine(Process program) throws IOException {
        @SuppressWarnings("resource") // it ends with the program
        BufferedReader out = program.inputReader();
        String line = out.readLine();
        assertThat(line).isNotNull();
        return line;
    }

    /// What the kernel has that begins in our directory: processes, mounts, cgroups, interfaces.
    private Set<String> mine() {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"));
                Stream<Path> interfaces = Files.list(Path.of("/sys/class/net"));
                Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            long self = ProcessHandle.current().pid();
            processes
                    .map(p -> p.getFileName().toString())
                    .filter(n -> n.matches("[0-9]+") && Long.parseLong(n) != self)
                    .map(n -> n + " " + commandLine(Long.parseLong(n)))
                    .filter(line -> line.contains(root.toString()))
                    .forEach(found::add);
            Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .filter(line -> line.contains(root.toString()))
                    .forEach(found::add);
            hierarchies
                    .map(h -> h.resolve("gantry-embedded-"
                            + Integer.toHexString(
                                    root.toAbsolutePath().normalize().hashCode())))
                    .filter(Files::exists)
                    .forEach(p -> found.add(p.toString()));
            return found;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                    .replace('\0', ' ');
        } catch (IOException ended) {
            return "";
        }
    }

    private List<Path> sockets() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(p -> !Files.isRegularFile(p) && !Files.isDirectory(p) && !Files.isSymbolicLink(p))
                    .toList();
        }
    }

    private static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
