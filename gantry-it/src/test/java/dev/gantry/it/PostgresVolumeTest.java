package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.volume.VolumeCopied;
import dev.gantry.daemon.client.ClientMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A snapshot of a database that is written to is one that its own recovery and its own checks find whole.
@Tag("kernel")
@Timeout(180)
class PostgresVolumeTest {
    /// All that was committed, as one line; the sums are equal whenever a whole number of pgbench's transactions is in.
    private static final String ROWS = "select (select count(*) || ' ' || max(n) from numbers), "
            + "(select count(*) || ' ' || coalesce(sum(delta), 0) from pgbench_history)";

    private static final String SUMS = "select (select sum(abalance) from pgbench_accounts) = all (array["
            + "(select sum(bbalance) from pgbench_branches), (select sum(tbalance) from pgbench_tellers), "
            + "(select coalesce(sum(delta), 0) from pgbench_history)])";

    @TempDir
    Path directory;

    @Test
    void fiveClonesOfASnapshotUnderLoadHoldTheSameRowsAndOneMovesToAnotherEngine() throws Exception {
        Postgres postgres = Postgres.at(directory.resolve("image"));
        HostState before = HostState.observe(directory);
        Path here = Files.createDirectories(directory.resolve("a"));
        Path there = Files.createDirectories(directory.resolve("b"));
        try (DaemonProcess daemon = DaemonProcess.start(here);
                EngineClient client = daemon.client()) {
            String rows = snapshotUnderLoad(postgres, daemon, client);
            for (int i = 1; i <= 5; i++) {
                client.copyVolume(Request.post("/volumes/monday/clone").with("to", "clone" + i));
            }
            for (int i = 1; i <= 5; i++) {
                check(postgres, daemon, client, "clone" + i, rows);
            }
            try (DaemonProcess other = DaemonProcess.start(there);
                    EngineClient itsClient = other.client()) {
                move("monday", daemon, other);
                assertThat(daemon.data().resolve("volumes/monday")).doesNotExist();
                check(postgres, other, itsClient, "monday", rows);
            }
        }
        before.mustComeBack(Duration.ofSeconds(20));
    }

    /// The rows that the snapshot `monday` must hold, as its first reader found them within what was promised.
    private static String snapshotUnderLoad(Postgres postgres, DaemonProcess daemon, EngineClient client)
            throws IOException, InterruptedException {
        postgres.init(client, "data");
        try (Postgres.Database database = postgres.start(daemon, client, "data")) {
            assertThat(database.ask("show data_checksums")).isEqualTo("on");
            database.ask("create extension amcheck");
            database.ask("create table numbers (n bigint primary key, filling text)");
            database.run("pgbench", "-i", "-q", "postgres");
            Process load = new ProcessBuilder(database.command("pgbench", "-n", "-c", "2", "-T", "120", "postgres"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var counting = new Postgres.Counting(database)) {
                Waiting.until(
                        Duration.ofSeconds(60), () -> counting.committed() + " rows", () -> counting.committed() > 200);
                long kept = counting.committed();
                VolumeCopied copied =
                        client.copyVolume(Request.post("/volumes/data/snapshot").with("to", "monday"));
                long atMost = counting.committed() + 1;
                assertThat(copied.pausedContainers()).isEqualTo(1);
                // The database goes on.
                Waiting.until(Duration.ofSeconds(60), () -> "more rows", () -> counting.committed() > atMost + 10);
                assertThat(load.isAlive()).isTrue();
                return promised(postgres, daemon, client, kept, atMost);
            } finally {
                load.destroy();
                load.waitFor(10, TimeUnit.SECONDS);
            }
        }
    }

    private static String promised(
            Postgres postgres, DaemonProcess daemon, EngineClient client, long kept, long atMost) {
        client.copyVolume(Request.post("/volumes/monday/clone").with("to", "first"));
        try (Postgres.Database first = postgres.start(daemon, client, "first")) {
            assertThat(Long.parseLong(first.ask("select max(n) from numbers")))
                    .as("what was committed before the snapshot, and nothing from after it")
                    .isBetween(kept, atMost);
            return first.ask(ROWS);
        }
    }

    private static void check(
            Postgres postgres, DaemonProcess daemon, EngineClient client, String volume, String rows) {
        try (Postgres.Database database = postgres.start(daemon, client, volume)) {
            assertThat(database.ask(ROWS)).as(volume).isEqualTo(rows);
            assertThat(database.ask("select count(*) = max(n) from numbers")).isEqualTo("t");
            assertThat(database.ask(SUMS)).isEqualTo("t");
            assertThat(database.run("pg_amcheck", "--heapallindexed", "--parent-check", "postgres"))
                    .as("what pg_amcheck says of %s", volume)
                    .isEmpty();
            assertThat(database.ask("select sum(checksum_failures) from pg_stat_database"))
                    .isEqualTo("0");
        }
    }

    private static void move(String volume, DaemonProcess from, DaemonProcess to)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ClientMain.class.getName()));
        command.addAll(List.of("-H", from.host(), "volume", "move", volume, "--to", to.host()));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        p.getOutputStream().close();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEqualTo(volume + "\n");
        assertThat(p.exitValue()).isZero();
    }
}
