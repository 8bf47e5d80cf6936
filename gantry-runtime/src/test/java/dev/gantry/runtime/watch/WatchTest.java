package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The promises of `docs/shim-protocol.md` §Watch, on real processes.
class WatchTest {
    @TempDir
    Path temp;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Starter starter;
    private Path dir;

    @BeforeEach
    void spawnAWatch() throws IOException {
        starter = Starter.start(Shim.path(), List.of());
        dir = Files.createDirectory(temp.resolve("w"));
        starter.spawn(dir);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        starter.close();
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    private Watch connect() {
        return keep(Watch.connect(dir));
    }

    private static LaunchOutcome.Started started(LaunchOutcome outcome) {
        assertThat(outcome).isInstanceOf(LaunchOutcome.Started.class);
        return (LaunchOutcome.Started) outcome;
    }

    @Test
    void aProgramRunsAndItsEndIsTold() throws IOException {
        Watch watch = connect();
        assertThat(watch.greeting().state()).isEqualTo(Watch.State.WAITING);
        Path record = temp.resolve("exit.json");
        var attached = Shim.Collected.from(keep(watch.attach(AttachOptions.output())));
        Path log = temp.resolve("log");
        var options = List.<Step>of(
                Shim.jsonLog(log), new Step.ExitRecordAt(record.toString(), "6b7d1f0e-0000-4000-8000-000000000000"));
        var started = started(watch.launch(Shim.plan(options, BUSYBOX, "sh", "-c", "echo hello; echo oh >&2; exit 3")));
        Exited exited = within(watch.exited());
        assertThat(exited.code()).isEqualTo(3);
        assertThat(exited.signal()).isZero();
        assertThat(within(attached.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(attached.out()).isEqualTo("hello\n");
        assertThat(attached.err()).isEqualTo("oh\n");
        assertThat(Files.readString(log)).contains("{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"");
        ExitRecord written = ExitRecord.read(record).orElseThrow();
        assertThat(written.exited()).isEqualTo(exited);
        assertThat(written.pid()).isEqualTo(started.pid());
        assertThat(written.startTime()).isEqualTo(started.startTime());
        within(watch.gone());
    }
}
