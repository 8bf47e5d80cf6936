package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Containers that are saved and go on later, through the stock client, where there is a criu that works.
@Tag("kernel")
@Timeout(240)
class CheckpointTest {
    private static final String COUNTING = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.2; done";

    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        Path criu = criu();
        stock = StockDaemon.experimental(dir, criu.getParent() + ":" + System.getenv("PATH"));
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void removeAll() throws IOException {
        stock.removeAll();
    }

    /// The one that `scripts/newer-criu` has put beside the system, or finds in it.
    private static Path criu() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "criu needs root");
        Process search = new ProcessBuilder("../scripts/newer-criu", "--here")
                .redirectErrorStream(true)
                .start();
        String said = new String(search.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assumeTrue(search.onExit().join().exitValue() == 0, said);
        return Path.of(said);
    }

    private static String counting(String name, String... flags) throws IOException {
        List<String> all = new ArrayList<>(List.of("run", "-d", "--name", name));
        all.addAll(List.of(flags));
        all.addAll(List.of("busybox:it", "sh", "-c", COUNTING));
        return stock.out(all.toArray(String[]::new));
    }

    /// Waits until it has counted on from where it is.
    private static List<String> counted(String name, int further) throws IOException {
        int before = numbers(name).size();
        until(() -> numbers(name).size() >= before + further);
        return numbers(name);
    }

    private static List<String> numbers(String name) throws IOException {
        return stock.docker().run("logs", name).out().lines().toList();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(Condition condition) {
        Waiting.until(Duration.ofSeconds(60), () -> "what the test waits for", () -> {
            try {
                return condition.holds();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// It never began anew, and left nothing out.
    private static void assertInOrder(List<String> numbers) {
        assertThat(numbers)
                .isEqualTo(IntStream.rangeClosed(1, numbers.size())
                        .mapToObj(String::valueOf)
                        .toList());
    }

    @Test
    void aContainerGoesOnWhereItWasSavedAndIsAContainerLikeAnyOther() throws IOException {
        counting("c1", "--network", "none");
        counted("c1", 2);
        assertThat(stock.out("checkpoint", "create", "c1", "first")).isEqualTo("first");
        assertThat(stock.out("inspect", "c1", "--format", "{{.State.Status}} {{.State.ExitCode}}"))
                .isEqualTo("exited 137");
        assertThat(stock.out("checkpoint", "ls", "c1").lines()).containsExactly("CHECKPOINT NAME", "first");
        stock.out("start", "--checkpoint", "first", "c1");
        assertInOrder(counted("c1", 2));
        assertThat(stock.out("exec", "c1", "cat", "/proc/1/comm")).isEqualTo("sh");

        stock.daemon().kill();
        stock.daemon().startAgain();
        assertInOrder(counted("c1", 2));
        stock.out("kill", "c1");
        assertThat(stock.out("wait", "c1")).isEqualTo("137");
        assertInOrder(numbers("c1"));
    }

    @Test
    void whatIsLeftRunningRunsOnAndCanGoBack() throws IOException {
        counting("c1", "--network", "none", "--restart", "always");
        int saved = counted("c1", 2).size();
        stock.out("checkpoint", "create", "--leave-running", "c1", "then");
        assertInOrder(counted("c1", 3));
        stock.out("stop", "-t", "0", "c1");
        int whole = numbers("c1").size();
        stock.out("start", "--checkpoint", "then", "c1");
        counted("c1", 2);
        assertThat(Integer.parseInt(numbers("c1").get(whole)))
                .isGreaterThan(saved)
                .isLessThanOrEqualTo(whole);
        stock.out("checkpoint", "create", "c1", "again");
        assertThat(stock.out("inspect", "c1", "--format", "{{.State.Status}}"))
                .as("no policy undoes it")
                .isEqualTo("exited");
        stock.out("checkpoint", "rm", "c1", "then");
        assertThat(stock.out("checkpoint", "ls", "c1").lines()).containsExactly("CHECKPOINT NAME", "again");
    }

    @Test
    void networksVolumesAndFilesInMemoryAreThereAgain() throws IOException {
        Path shared = Files.createDirectory(dir.resolve("a b"));
        String script = "echo kept >/mem/f; exec 3>/vol/open; httpd -p 80 -h /etc; "
                + COUNTING.replace("echo $i", "echo $i | tee /host/n >&3");
        stock.out(
                "run",
                "-d",
                "-i",
                "--name",
                "web",
                "--hostname",
                "webs",
                "-p",
                "18080:80",
                "-v",
                "data:/vol",
                "-v",
                shared + ":/host",
                "--tmpfs",
                "/mem",
                "busybox:it",
                "sh",
                "-c",
                script);
        Path number = shared.resolve("n");
        until(() -> Files.exists(number) && !Files.readString(number).isBlank());
        Path elsewhere = dir.resolve("checkpoints");
        stock.out("checkpoint", "create", "--checkpoint-dir", elsewhere.toString(), "web", "k1");
        int before = Integer.parseInt(Files.readString(number).strip());
        stock.out("start", "--checkpoint-dir", elsewhere.toString(), "--checkpoint", "k1", "web");
        until(() -> !Files.readString(number).isBlank()
                && Integer.parseInt(Files.readString(number).strip()) > before);
        assertThat(stock.out("exec", "web", "sh", "-c", "cat /mem/f; hostname; tail -n 1 /vol/open"))
                .startsWith("kept\nwebs\n");
        assertThat(stock.onHost("curl", "-s", "http://127.0.0.1:18080/hostname"))
                .isEqualTo("webs");
        stock.out("rm", "-f", "web");
        stock.out("volume", "rm", "data");
        assertThat(elsewhere.resolve("k1")).isDirectory();
    }

    @Test
    void refusalsAreInDockersWordsAndLeaveNothing() throws IOException {
        String id = counting("c1", "--network", "none");
        counted("c1", 1);
        stock.out("checkpoint", "create", "--leave-running", "c1", "k1");
        assertThat(stock.refusal("checkpoint", "create", "c1", "k1"))
                .contains("cannot checkpoint container c1: checkpoint with name k1 already exists for container c1");
        assertThat(stock.refusal("checkpoint", "create", "c1", "a/b")).contains("Invalid checkpoint ID (a/b)");
        assertThat(stock.refusal("checkpoint", "rm", "c1", "k2"))
                .contains("checkpoint k2 does not exist for container c1");
        Path torn = stock.daemon().data().resolve("containers/" + id + "/checkpoints/k4");
        Files.writeString(Files.createDirectory(torn).resolve("core-1.img"), "what an engine that was killed left");
        assertThat(stock.out("checkpoint", "ls", "c1").lines()).containsExactly("CHECKPOINT NAME", "k1");
        stock.out("checkpoint", "create", "--leave-running", "c1", "k4");
        Path elsewhere = Files.createDirectories(dir.resolve("mine/k5"));
        assertThat(stock.refusal("checkpoint", "create", "--checkpoint-dir", dir.resolve("mine") + "", "c1", "k5"))
                .contains("checkpoint with name k5 already exists");
        assertThat(elsewhere).isEmptyDirectory();
        stock.out("kill", "c1");
        stock.out("wait", "c1");
        assertThat(stock.refusal("checkpoint", "create", "c1", "k3")).contains("ontainer " + id + " is not running");
        assertThat(stock.refusal("start", "--checkpoint", "k2", "c1"))
                .contains("checkpoint k2 does not exist for container c1");

        Path images = stock.daemon().data().resolve("containers/" + id + "/checkpoints/k1");
        Files.delete(images.resolve("core-1.img"));
        assertThat(stock.refusal("start", "--checkpoint", "k1", "c1")).contains("restore its processes");
        assertThat(stock.out("inspect", "c1", "--format", "{{.State.Status}}")).isEqualTo("exited");
        stock.out("start", "c1");
        counted("c1", 1);
        stock.out("rm", "-f", "c1");
        assertThat(images).doesNotExist();
    }

    @Test
    void aDumpThatFailsHalfwayLeavesTheContainerRunningAndNoFiles() throws IOException {
        String id = stock.out(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "c1",
                "busybox:it",
                "sh",
                "-c",
                "sleep 1000 | busybox nc -l -p 9 >/dev/null & "
                        + "until busybox cat /proc/net/tcp* | busybox grep -q ':0009 .* 0A '; do sleep 0.1; done; "
                        + "sleep 1000 | busybox nc 127.0.0.1 9 & " + COUNTING);
        until(() -> stock.out("exec", "c1", "busybox", "cat", "/proc/net/tcp").contains(":0009 01 "));
        assertThat(stock.refusal("checkpoint", "create", "c1", "k1")).contains("checkpoint container c1: criu: Error");
        try (Stream<Path> all = Files.list(stock.daemon().data().resolve("containers/" + id + "/checkpoints"))) {
            assertThat(all).isEmpty();
        }
        assertInOrder(counted("c1", 2));
        String tty = stock.out("run", "-dt", "--network", "none", "--name", "t1", "busybox:it", "sleep", "1000");
        assertThat(tty).isNotEmpty();
        assertThat(stock.refusal("checkpoint", "create", "t1", "k1")).contains("its terminal belongs to the engine");
    }

    @Test
    void ourOwnClientDoesTheSame() throws IOException, InterruptedException {
        GantryCommand gantry = new GantryCommand(stock.daemon());
        counting("c1", "--network", "none");
        counted("c1", 1);
        assertThat(gantry.run("checkpoint", "create", "c1", "k1").strip()).isEqualTo("k1");
        assertThat(gantry.run("checkpoint", "ls", "c1").lines()).containsExactly("CHECKPOINT NAME", "k1");
        gantry.run("start", "--checkpoint", "k1", "c1");
        assertInOrder(counted("c1", 2));
        gantry.run("checkpoint", "rm", "c1", "k1");
        assertThat(stock.out("version", "--format", "{{.Server.Experimental}}")).isEqualTo("true");
    }
}
