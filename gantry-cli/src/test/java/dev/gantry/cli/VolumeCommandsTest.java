package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VolumeCommandsTest extends CommandTest {
    private static final String COPIED = """
            {"Volume":{"Name":"data","Driver":"local","Mountpoint":"/v/data/_data","Scope":"local"},
            "PausedContainers":2,"PauseMillis":12.34}""";

    @Test
    void aBackupIsWrittenAndItsProgressShownOnATerminalOnly() {
        engine.answer("GET /volumes/data/backup", 200, "x".repeat(100_000));
        caller.step = Duration.ofSeconds(1);
        assertThat(gantry("volume", "backup", "-o", "data.tar", "data")).isZero();
        assertThat(caller.files.get("/home/me/data.tar")).hasSize(100_000);
        assertThat(err()).isEmpty();
        caller.terminals.add(Caller.Stream.ERR);
        assertThat(gantry("volume", "backup", "data")).isZero();
        assertThat(out()).hasSize(100_000);
        assertThat(err()).contains("\r\033[2K100kB written, ").endsWith("/s\n");
        caller.err.reset();
        assertThat(gantry("volume", "backup", "-q", "-o", "data.tar", "data")).isZero();
        assertThat(err()).isEmpty();
        caller.terminals.add(Caller.Stream.OUT);
        assertThat(gantry("volume", "backup", "data")).isEqualTo(125);
    }

    @Test
    void aBackupIsSentBackWithItsProgress() {
        engine.answer("POST /volumes/data/restore", 200, COPIED);
        caller.in = new ByteArrayInputStream(new byte[5]);
        caller.terminals.add(Caller.Stream.ERR);
        caller.step = Duration.ofSeconds(1);
        assertThat(gantry("volume", "restore", "data")).isZero();
        assertThat(engine.bodyOf("POST /volumes/data/restore")).hasSize(5);
        assertThat(err()).contains("5B sent, ");
        assertThat(out()).isEqualTo("data\n");
    }

    @Test
    void aPauseOfContainersIsTold() {
        engine.answer("POST /volumes/data/snapshot", 200, COPIED);
        assertThat(gantry("volume", "snapshot", "--max-pause", "500ms", "data", "monday"))
                .isZero();
        assertThat(engine.lines()).containsExactly("POST /volumes/data/snapshot?to=monday&maxPause=500");
        assertThat(err()).isEqualTo("gantry: 2 containers paused for 12.3 ms\n");
    }

    @Test
    void everyCommandExplainsItself() {
        for (String command : new String[] {
            "create", "ls", "inspect", "rm", "prune", "snapshot", "clone", "restore", "backup", "move", "rename"
        }) {
            caller.out.reset();
            assertThat(gantry("volume", command, "--help")).isZero();
            assertThat(out()).startsWith("Usage: gantry volume " + command).contains("gantry volume " + command + " ");
        }
    }
}
