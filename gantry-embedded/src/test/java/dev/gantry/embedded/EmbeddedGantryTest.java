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
import dev.gantry.network.model.Instance;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An engine in this very process, or in a program on a host network of its own where it makes interfaces and rules;
/// and what is left of it.
@Tag("kernel")
@Timeout(180)
class EmbeddedGantryTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private Process network;
    private final List<Process> programs = new ArrayList<>();
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
        programs.forEach(Process::destroyForcibly);
        if (network != null) {
            network.destroyForcibly();
        }
    }

    /// What a command prints on the host network of the programs.
    private String onHost(String... command) throws IOException {
        List<String> all = inside();
        all.addAll(List.of(command));
        return said(all);
    }

    private List<String> inside() {
        return new ArrayList<>(List.of("nsenter", "--net=/proc/" + network.pid() + "/ns/net"));
    }

    private static String said(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String all = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as("%s: %s", command, all)
                .isZero();
        return all;
    }

    /// Whether that host forwards packets before any engine does.
    private void forwards(boolean yes) throws IOException {
        onHost("sh", "-c", "echo " + (yes ? 1 : 0) + " > /proc/sys/net/ipv4/ip_forward");
    }

    private Set<String> links() throws IOException {
        Set<String> names = new TreeSet<>();
        onHost("ip", "-br", "link")
                .lines()
                .map(line -> "link " + line.split(" ")[0])
                .forEach(names::add);
        return names;
    }

    private Set<String> tables() throws IOException {
        return new TreeSet<>(onHost("nft", "list", "tables").lines().toList());
    }

    private Instance instance() {
        return Instance.ofRoot(root.resolve("data").toString());
    }

    /// The network namespace of this process has nothing of the engine's.
    private void thisHostHasNothing() throws IOException {
        assertThat(Path.of("/sys/class/net", instance().defaultBridge())).doesNotExist();
        assertThat(said(List.of("nft", "list", "tables")).lines())
                .doesNotContain("table inet " + instance().table());
    }

    private ContainerSpec spec(String... command) {
        return ContainerSpec.of("dir:" + image)
                .args(command)
                .network(ContainerSpec.Network.NONE)
                .build();
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
                thisHostHasNothing();
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
        thisHostHasNothing();
        assertThat(sockets()).isEmpty();
    }

    @Test
    void theDoorIsMadeOnceAndGoesWithWhatIsInIt() throws Exception {
        Path door;
        try (EmbeddedGantry gantry = EmbeddedGantry.open(root)) {
            door = gantry.door();
            Files.writeString(door, "as if a socket were bound");
            assertThat(gantry.door()).isEqualTo(door).exists();
            Files.createDirectory(door.resolveSibling("more"));
            Files.writeString(door.resolveSibling("more").resolve("file"), "");
        }
        assertThat(door.getParent()).doesNotExist();
        assertThat(root.resolve("in-use")).doesNotExist();
    }

    @Test
    void whatIsLeftGoesWithASweep() throws Exception {
        forwards(true);
        try (EmbeddedGantry gantry = EmbeddedGantry.open(root)) {
            EmbeddedGantry.sweep(root);
            assertThat(gantry.run(spec("sleep", "1000")).look().isRunning()).isTrue();
            assertThat(root.resolve("in-use")).exists();
        }
        Files.createFile(root.resolve("in-use"));
        EmbeddedGantry.sweep(root);
        assertThat(root.resolve("in-use")).doesNotExist();
        EmbeddedGantry.sweep(root.resolve("nosuch"));
        assertThat(root.resolve("nosuch")).doesNotExist();
    }

    @Test
    void theExampleWorksAndLeavesNothing() throws Exception {
        forwards(true);
        Set<String> before = mine();
        example();
        until("nothing is left", () -> mine().equals(before));
    }

    /// Somebody else may rely on forwarding by then.
    @Test
    void whereItTurnedForwardingOnTheRulesThatGoWithItStay() throws Exception {
        forwards(false);
        Set<String> before = mine();
        example();
        before.add("table inet " + instance().table());
        until("only the table is left", () -> mine().equals(before));
        assertThat(onHost("cat", "/proc/sys/net/ipv4/ip_forward").strip()).isEqualTo("1");
    }

    private void example() throws Exception {
        Process program = start(Example.class);
        assertThat(firstLine(program)).isEqualTo("hello");
        ended(program);
    }

    private static void ended(Process program) throws InterruptedException {
        assertThat(program.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
    }

    @Test
    void whatAKilledProgramLeftGoesByItself() throws Exception {
        forwards(true);
        Set<String> before = mine();
        Set<String> linksBefore = links();
        Set<String> tablesBefore = tables();
        Process program = start(Killed.class, image.toString());
        String pid = firstLine(program);
        assertThat(Files.readString(Path.of("/proc", pid, "cmdline"))).contains("sleep");
        assertThat(links()).containsAll(linksBefore).hasSizeGreaterThan(linksBefore.size());
        assertThat(tables()).containsAll(tablesBefore).hasSizeGreaterThan(tablesBefore.size());
        program.destroyForcibly().waitFor();
        until("process " + pid + " has ended", () -> !Files.exists(Path.of("/proc", pid)));
        until("nothing is left", () -> mine().equals(before));
    }

    @Test
    void whatIsLeftWithoutAGuardGoesWithTheNextOpen() throws Exception {
        forwards(true);
        Set<String> before = mine();
        Process program = start(Killed.class, image.toString());
        String pid = firstLine(program);
        for (ProcessHandle guard : program.children()
                .filter(c -> commandLine(c.pid()).contains("gantry-guard"))
                .toList()) {
            guard.destroyForcibly();
            guard.onExit().join();
        }
        program.destroyForcibly().waitFor();
        assertThat(Files.exists(Path.of("/proc", pid))).isTrue();
        Process next = start(Reopened.class);
        assertThat(firstLine(next)).isEqualTo("0");
        until("process " + pid + " has ended", () -> !Files.exists(Path.of("/proc", pid)));
        next.getOutputStream().close();
        ended(next);
        until("nothing is left", () -> mine().equals(before));
    }

    /// A program that has its own host network, and the root as its first argument.
    private Process start(Class<?> program, String... arguments) throws IOException {
        List<String> command = inside();
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dgantry.shim=" + System.getProperty("gantry.shim", ""),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                root.toString()));
        command.addAll(List.of(arguments));
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        programs.add(started);
        return started;
    }

    private static String firstLine(Process program) throws IOException {
        @SuppressWarnings("resource") // it ends with the program
        BufferedReader out = program.inputReader();
        String line = out.readLine();
        assertThat(line).isNotNull();
        return line;
    }

    /// What the kernel has that begins in our directory: processes, mounts, cgroups; and the interfaces and tables of
    /// the
    /// programs' host network.
    private Set<String> mine() {
        try (Stream<Path> processes = Files.list(Path.of("/proc"));
                Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            Set<String> found = new TreeSet<>(links());
            found.addAll(tables());
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
