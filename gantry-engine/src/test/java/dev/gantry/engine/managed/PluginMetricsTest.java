package dev.gantry.engine.managed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.engine.plugin.ManagedPlugin;
import dev.gantry.engine.plugin.PluginAddress;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.PluginPlaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sockets for plugins that collect metrics, when something goes wrong.
@Timeout(60)
class PluginMetricsTest {
    private static final String ID = "0123456789abcdef";

    @TempDir
    private Path dir;

    private ManagedPlugin plugin() {
        return new ManagedPlugin(
                "m:latest",
                new PluginAddress.Unix(dir.resolve("nobody.sock")),
                Set.of(PluginKind.METRICS.wire()),
                new PluginPlaces(dir, "", dir, dir));
    }

    @Test
    void aServerWhoseSocketCannotBeOpenedToItsReaderIsClosed() throws InterruptedException {
        var closed = new CountDownLatch(1);
        var metrics = new PluginMetrics();
        metrics.through(_ -> closed::countDown); // there is no file whose mode could be changed
        metrics.begun(ID, plugin(), dir);
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aPluginThatEndsWhileItsSocketIsOpenedWaitsForNobodyAndLeavesNone() throws InterruptedException {
        var opening = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        var metrics = new PluginMetrics();
        metrics.through(socket -> {
            opening.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            Files.createFile(socket);
            return closed::countDown;
        });
        metrics.begun(ID, plugin(), dir);
        assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();
        metrics.ended(ID); // hangs for ever when the one who opens is waited for
        go.countDown();
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(dir.resolve("metrics.sock"))
                .satisfies(s -> assertThat(Files.exists(s)).isFalse());
    }
}
