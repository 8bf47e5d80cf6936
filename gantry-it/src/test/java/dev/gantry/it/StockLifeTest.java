package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the stock `docker` client does to containers that run, and asks of them.
@Tag("kernel")
@Timeout(180)
class StockLifeTest {
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
    void removeAll() throws IOException {
        stock.removeAll();
    }

    private static String sleeping(String name, String... flags) throws IOException {
        String[] all = new String[flags.length + 9];
        System.arraycopy(new String[] {"run", "-d", "--network", "none", "--name", name}, 0, all, 0, 6);
        System.arraycopy(flags, 0, all, 6, flags.length);
        System.arraycopy(new String[] {"busybox:it", "sleep", "1000"}, 0, all, 6 + flags.length, 3);
        return stock.out(all);
    }

    @Test
    void aPausedContainerSaysSoAndRefusesInDockersWords() throws IOException {
        String id = sleeping("still");
        assertThat(stock.out("pause", "still")).isEqualTo("still");
        assertThat(stock.out("ps", "--format", "{{.State}} {{.Status}}")).matches("paused Up .* \\(Paused\\)");
        assertThat(stock.out("ps", "-q", "--filter", "status=running")).isEmpty();
        assertThat(stock.out("inspect", "still", "--format", "{{.State.Status}} {{.State.Running}} {{.State.Paused}}"))
                .isEqualTo("paused true true");
        assertThat(stock.out("info", "--format", "{{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}}"))
                .isEqualTo("0 1 0");
        assertThat(stock.refusal("pause", "still")).contains("Container " + id + " is already paused");
        assertThat(stock.refusal("exec", "still", "true"))
                .contains("Container still is paused, unpause the container before exec");
        assertThat(stock.refusal("start", "still")).contains("cannot start a paused container, try unpause instead");
        assertThat(stock.refusal("rm", "still"))
                .contains("cannot remove container \"still\": container is paused and must be unpaused first");
        assertThat(stock.out("top", "still")).contains("sleep 1000");
        assertThat(stock.out("unpause", "still")).isEqualTo("still");
        assertThat(stock.refusal("unpause", "still")).contains("Container " + id + " is not paused");
        assertThat(stock.out("exec", "still", "echo", "there")).isEqualTo("there");
        stock.out("pause", "still");
        assertThat(stock.out("restart", "-t", "0", "still")).isEqualTo("still");
        assertThat(stock.out("inspect", "still", "--format", "{{.State.Status}}"))
                .isEqualTo("running");
        stock.out("pause", "still");
        assertThat(stock.out("stop", "-t", "0", "still")).isEqualTo("still");
        assertThat(stock.refusal("pause", "still")).contains("ontainer " + id + " is not running");
    }

    @Test
    void statisticsAreTheKernelsAndThoseOfAStoppedOneAreNought() throws IOException {
        String id = stock.out(
                "run", "-d", "--name", "busy", "--memory", "64m", "busybox:it", "sh", "-c", "yes > /dev/null");
        stock.out("create", "--name", "idle", "--network", "none", "busybox:it", "true");
        String busy = stock.out(
                "stats",
                "--no-stream",
                "--format",
                "{{.Name}} {{.MemUsage}} {{.PIDs}} {{.CPUPerc}} {{.NetIO}}",
                "busy");
        assertThat(busy).matches("busy [1-9][0-9.]*[KM]iB / 64MiB [12] [0-9.]+% [0-9].*");
        assertThat(busy).doesNotContain(" 0.00% ").doesNotContain(" 0B / 0B");
        assertThat(stock.out("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}} {{.PIDs}}", "idle"))
                .isEqualTo("idle 0B / 0B 0");
        assertThat(stock.out("stats", "--no-stream", "-a", "--format", "{{.Name}}"))
                .hasLineCount(2);
        assertThat(stock.out("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}}"))
                .isEqualTo(id);
        assertThat(stock.refusal("stats", "--no-stream", "nobody")).contains("No such container: nobody");
    }

    @Test
    void limitsChangeWhileItRunsAndInspectionTellsThem() throws IOException {
        String id = sleeping("limited", "--memory", "64m", "--memory-swap", "128m");
        assertThat(stock.out("update", "--memory", "128m", "--memory-swap", "256m", "--cpus", "0.5", "limited"))
                .isEqualTo("limited");
        String all = "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}}"
                + " {{.HostConfig.RestartPolicy.Name}}";
        assertThat(stock.out("inspect", "limited", "--format", all)).isEqualTo("134217728 268435456 500000000 no");
        assertThat(stock.out("stats", "--no-stream", "--format", "{{.MemUsage}}", "limited"))
                .endsWith(" / 128MiB");
        stock.out("update", "--restart", "on-failure:3", "--pids-limit", "30", "limited");
        assertThat(stock.out(
                        "inspect",
                        "limited",
                        "--format",
                        "{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}"
                                + " {{.HostConfig.PidsLimit}} {{.HostConfig.Memory}}"))
                .isEqualTo("on-failure 3 30 134217728");
        assertThat(stock.refusal("update", "--memory", "512m", "limited"))
                .contains("Cannot update container " + id + ": Memory limit should be smaller than already set"
                        + " memoryswap limit, update the memoryswap at the same time");
        assertThat(stock.refusal("update", "--cpu-quota", "20000", "limited"))
                .contains("CPU Quota cannot be updated as NanoCPUs has already been set");
        assertThat(stock.refusal("update", "--memory", "1m", "limited"))
                .contains("Minimum memory limit allowed is 6MB");
        assertThat(stock.refusal("update", "--blkio-weight", "300", "limited")).contains("BlkioWeight");
        assertThat(stock.refusal("update", "--memory", "64m", "nobody")).contains("No such container: nobody");
        assertThat(stock.out("inspect", "limited", "--format", all))
                .isEqualTo("134217728 268435456 500000000 on-failure");
    }

    @Test
    void theHealthOfAContainerIsSeenEverywhere() throws IOException {
        sleeping("well", "--health-cmd", "test ! -e /tmp/ill && echo fine", "--health-interval", "100ms");
        awaitOut("(healthy)", "ps", "--filter", "name=well", "--format", "{{.Status}}");
        assertThat(stock.out("ps", "-q", "--filter", "health=unhealthy")).isEmpty();
        assertThat(stock.out("ps", "--filter", "health=healthy", "--format", "{{.Names}}"))
                .isEqualTo("well");
        assertThat(stock.out("inspect", "well", "--format", "{{.State.Health.Status}} {{.State.Health.FailingStreak}}"))
                .isEqualTo("healthy 0");
        assertThat(stock.out("inspect", "well", "--format", "{{(index .State.Health.Log 0).Output}}"))
                .isEqualTo("fine");
        assertThat(stock.out("inspect", "well", "--format", "{{json .Config.Healthcheck.Test}}"))
                .isEqualTo("[\"CMD-SHELL\",\"test ! -e /tmp/ill && echo fine\"]");
        stock.out("exec", "well", "sh", "-c", "touch /tmp/ill");
        awaitOut("(unhealthy)", "ps", "--filter", "name=well", "--format", "{{.Status}}");
        stock.out("exec", "well", "sh", "-c", "rm /tmp/ill");
        awaitOut("(healthy)", "ps", "--filter", "name=well", "--format", "{{.Status}}");
        sleeping("plain", "--no-healthcheck");
        assertThat(stock.out("ps", "--filter", "health=none", "--format", "{{.Names}}"))
                .isEqualTo("plain");
        assertThat(stock.refusal("ps", "--filter", "health=odd")).contains("health");
        assertThat(stock.refusal("run", "--health-cmd", "true", "--health-interval", "1us", "busybox:it", "true"))
                .contains("Interval in Healthcheck cannot be less than 1ms");
    }

    private static void awaitOut(String wanted, String... command) throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        String last = stock.out(command);
        while (!last.endsWith(wanted)) {
            assertThat(System.nanoTime()).as(last + " is not " + wanted).isLessThan(deadline);
            Waiting.pause();
            last = stock.out(command);
        }
    }

    @Test
    void anImageSaysHowItsContainersAreChecked() throws IOException {
        Path tar = Rootfs.tarball(dir.resolve("rootfs"), dir.resolve("checked.tar"));
        stock.out(
                "import", "-c", "HEALTHCHECK --interval=100ms --retries=1 CMD test -e /no", tar.toString(), "sick:it");
        stock.out("run", "-d", "--network", "none", "--name", "sick", "sick:it", "sleep", "1000");
        awaitOut("(unhealthy)", "ps", "--filter", "name=sick", "--format", "{{.Status}}");
        stock.out(
                "run", "-d", "--network", "none", "--name", "told", "--health-cmd", "true", "sick:it", "sleep", "1000");
        awaitOut("(healthy)", "ps", "--filter", "name=told", "--format", "{{.Status}}");
    }

    @Test
    void processesAreShownAsPsOfTheHostShowsThem() throws IOException {
        sleeping("shown");
        assertThat(stock.out("top", "shown")).matches("(?s)UID +PID .*sleep 1000");
        assertThat(stock.out("top", "shown", "-o", "pid,comm")).matches("(?s)PID +COMMAND\\s+[0-9]+ +sleep");
        assertThat(stock.out("top", "shown", "aux")).contains("%CPU").contains("sleep 1000");
        assertThat(stock.refusal("top", "shown", "-o", "comm")).contains("Couldn't find PID field in ps output");
        assertThat(stock.refusal("top", "shown", "--nonsense")).contains("ps: ");
    }

    @Test
    void aPrivilegedExecHasMore() throws IOException {
        sleeping("plain");
        String eff = "grep CapEff /proc/self/status";
        String privileged = stock.out("exec", "--privileged", "plain", "sh", "-c", eff);
        assertThat(stock.out("exec", "plain", "sh", "-c", eff)).isNotEqualTo(privileged);
    }
}
