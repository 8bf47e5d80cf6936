package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What comes back after an end, and what becomes of those who use the namespaces of a container that ends or starts
/// again. What is expected of dependants is what a dockerd does with them.
@Tag("kernel")
@Timeout(180)
class ComebackTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void remove() throws IOException {
        stock.removeAll();
    }

    private static void runs(String name, String... flags) throws IOException {
        List<String> all = new ArrayList<>(List.of("run", "-d", "--stop-timeout", "0", "--name", name));
        all.addAll(List.of(flags));
        all.addAll(List.of("busybox:it", "sleep", "1000"));
        stock.out(all.toArray(new String[0]));
    }

    private static String told(String name, String field) throws IOException {
        return stock.out("inspect", "-f", "{{." + field + "}}", name);
    }

    private static void await(String what, String name, String field, Predicate<String> wanted) {
        until(what, () -> wanted.test(told(name, field)));
    }

    private interface Look {
        boolean isSo() throws IOException;
    }

    private static void until(String what, Look look) {
        Waiting.until(PATIENCE, () -> what, () -> {
            try {
                return look.isSo();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static String namespace(String name, String type) throws IOException {
        return stock.out("exec", name, "/bin/busybox", "readlink", "/proc/self/ns/" + type);
    }

    private static String links(String name) throws IOException {
        return stock.out("exec", name, "/bin/busybox", "ls", "/sys/class/net");
    }

    /// Its first process dies, and nobody asked for it.
    private static void crash(String name) throws IOException {
        ProcessHandle.of(Long.parseLong(told(name, "State.Pid"))).orElseThrow().destroyForcibly();
    }

    private static void crashAndAwait(String name) throws IOException {
        int before = Integer.parseInt(told(name, "RestartCount"));
        crash(name);
        await(name + " came back", name, "RestartCount", n -> Integer.parseInt(n) > before);
        await(name + " runs", name, "State.Status", "running"::equals);
    }

    // dependants

    @Test
    void whoSharesANetworkStaysInThatOfTheRunItStartedIn() throws IOException {
        runs("xx");
        runs("yy", "--network", "container:xx");
        String id = told("xx", "Id");
        assertThat(links("yy")).contains("eth0");
        stock.out("restart", "xx");
        assertThat(told("yy", "State.Status")).isEqualTo("running");
        assertThat(links("yy")).isEqualTo("lo");
        stock.out("restart", "yy");
        assertThat(links("yy")).contains("eth0");
        assertThat(namespace("yy", "net")).isEqualTo(namespace("xx", "net"));

        stock.out("stop", "xx");
        assertThat(told("yy", "State.Status")).isEqualTo("running");
        assertThat(stock.refusal("restart", "yy")).contains("cannot join network of a non running container: " + id);
        assertThat(told("yy", "State.Status")).isEqualTo("exited");
        stock.out("start", "xx", "yy");
        stock.out("rm", "-f", "xx");
        assertThat(told("yy", "State.Status")).isEqualTo("running");
        assertThat(links("yy")).isEqualTo("lo");
        assertThat(stock.refusal("restart", "yy")).contains("No such container: " + id);
    }

    @Test
    void whoSharesProcessesEndsWithThemAndFindsThoseOfTheNextRun() throws IOException {
        runs("xx", "--network", "none");
        runs("yy", "--network", "none", "--pid", "container:xx");
        stock.out("restart", "xx");
        await("it ended too", "yy", "State.Status", "exited"::equals);
        assertThat(told("yy", "State.ExitCode")).isEqualTo("137");
        stock.out("start", "yy");
        assertThat(namespace("yy", "pid")).isEqualTo(namespace("xx", "pid"));
        stock.out("pause", "xx");
        stock.out("restart", "yy");
        assertThat(told("yy", "State.Status")).isEqualTo("running");
        stock.out("unpause", "xx");
    }

    @Test
    void whoSharesMemoryKeepsThatOfTheRunItStartedIn() throws IOException {
        runs("xx", "--network", "none", "--ipc", "shareable");
        runs("yy", "--network", "none", "--ipc", "container:xx");
        stock.out("exec", "xx", "/bin/sh", "-c", "echo first > /dev/shm/word");
        String first = namespace("yy", "ipc");
        stock.out("restart", "xx");
        assertThat(namespace("yy", "ipc")).isEqualTo(first).isNotEqualTo(namespace("xx", "ipc"));
        assertThat(stock.out("exec", "yy", "/bin/busybox", "cat", "/dev/shm/word"))
                .isEqualTo("first");
        stock.out("restart", "yy");
        assertThat(namespace("yy", "ipc")).isEqualTo(namespace("xx", "ipc"));
        assertThat(stock.out("exec", "yy", "/bin/busybox", "ls", "/dev/shm")).isEmpty();
    }

    @Test
    void whoEndedWithAnotherComesBackOnceThatOneHas() throws IOException {
        runs("xx", "--network", "none", "--restart", "always");
        // From now on its restarts take longer than the first of the other.
        crashAndAwait("xx");
        crashAndAwait("xx");
        crashAndAwait("xx");
        runs("yy", "--network", "none", "--pid", "container:xx", "--restart", "always");
        crashAndAwait("xx");
        await("it came back, too", "yy", "RestartCount", n -> !n.equals("0"));
        await("it runs", "yy", "State.Status", "running"::equals);
        assertThat(namespace("yy", "pid")).isEqualTo(namespace("xx", "pid"));
    }

    @Test
    void whatIsOnItsWayUpAgainIsNotJoined() throws IOException {
        stock.out("run", "-d", "--name", "xx", "--network", "none", "--restart", "always", "busybox:it", "false");
        for (String share : List.of("--network", "--pid", "--ipc")) {
            until(
                    "told that it restarts: " + share,
                    () -> stock.docker()
                            .run("run", "--rm", share, "container:xx", "busybox:it", "true")
                            .err()
                            .contains("is restarting, wait until the container is running"));
        }
    }

    @Test
    void whoSharesStaysWhereItIsThoughTheDaemonIsKilled() throws IOException {
        runs("xx", "--ipc", "shareable");
        runs("yy", "--network", "container:xx", "--pid", "container:xx", "--ipc", "container:xx");
        stock.daemon().kill();
        stock.daemon().startAgain();
        for (String type : List.of("net", "pid", "ipc")) {
            assertThat(namespace("yy", type)).as(type).isEqualTo(namespace("xx", type));
        }
        assertThat(links("yy")).contains("eth0");
        stock.out("restart", "xx");
        await("it ended with the processes", "yy", "State.Status", "exited"::equals);
        stock.out("start", "yy");
        assertThat(links("yy")).contains("eth0");
    }

    // policies

    @Test
    void aFailureIsTriedAgainAsOftenAsWasSaid() throws IOException {
        stock.out(
                "run",
                "-d",
                "--name",
                "fails",
                "--network",
                "none",
                "--restart",
                "on-failure:2",
                "busybox:it",
                "sh",
                "-c",
                "exit 3");
        await("it gave up", "fails", "State.Status", "exited"::equals);
        assertThat(told("fails", "RestartCount")).isEqualTo("2");
        assertThat(told("fails", "State.ExitCode")).isEqualTo("3");
        stock.out("run", "--name", "fine", "--network", "none", "--restart", "on-failure:2", "busybox:it", "true");
        assertThat(told("fine", "State.Status")).isEqualTo("exited");
        assertThat(told("fine", "RestartCount")).isEqualTo("0");
    }

    @Test
    void restartsAndWhatAUserWantedOutliveTheDaemon() throws IOException {
        runs("always", "--network", "none", "--restart", "always");
        runs("kept", "--network", "none", "--restart", "unless-stopped");
        runs("stopped", "--network", "none", "--restart", "unless-stopped");
        runs("killed", "--network", "none", "--restart", "on-failure");
        runs("away", "--network", "none", "--rm");
        stock.out(
                "run",
                "-d",
                "--name",
                "loop",
                "--network",
                "none",
                "--restart",
                "always",
                "busybox:it",
                "sh",
                "-c",
                "exit 7");
        stock.out("stop", "always", "stopped");
        stock.out("kill", "killed");
        await("it was killed", "killed", "State.Status", "exited"::equals);
        assertThat(told("always", "State.Status")).isEqualTo("exited");
        await("it was restarted", "loop", "RestartCount", n -> Integer.parseInt(n) >= 2);
        String kept = told("kept", "State.Pid");
        long away = Long.parseLong(told("away", "State.Pid"));

        stock.daemon().kill();
        ProcessHandle.of(away).orElseThrow().destroyForcibly();
        stock.daemon().startAgain();

        await("always means also then", "always", "State.Status", "running"::equals);
        assertThat(told("kept", "State.Pid")).isEqualTo(kept);
        assertThat(told("stopped", "State.Status")).isEqualTo("exited");
        assertThat(told("killed", "State.Status")).isEqualTo("exited");
        until(
                "what was to be removed is gone",
                () -> stock.out("ps", "-aq", "--filter", "name=away").isEmpty());
        await("it goes on being restarted", "loop", "RestartCount", n -> Integer.parseInt(n) > 3);
        stock.out("stop", "loop");
        assertThat(told("loop", "State.Status")).isEqualTo("exited");

        crash("kept");
        await("its policy is still known", "kept", "RestartCount", "1"::equals);
    }

    @Test
    void aStartByHandBeginsToCountAnew() throws IOException {
        runs("xx", "--network", "none", "--restart", "always");
        crashAndAwait("xx");
        stock.out("restart", "xx");
        assertThat(told("xx", "RestartCount")).isEqualTo("0");
        stock.out("update", "--restart", "no", "xx");
        crash("xx");
        await("it stays down", "xx", "State.Status", "exited"::equals);
        assertThat(told("xx", "RestartCount")).isEqualTo("0");
    }
}
