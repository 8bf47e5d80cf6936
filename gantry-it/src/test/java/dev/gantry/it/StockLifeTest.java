package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the stock `docker` client does to containers that run, and asks of them.
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
                .contains("cannot remove container \"/still\": container is paused and must be unpaused first");
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
}
