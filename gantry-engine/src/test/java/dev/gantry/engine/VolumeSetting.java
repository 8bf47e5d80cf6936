package dev.gantry.engine;

import dev.gantry.engine.container.Container;
import dev.gantry.volume.Volumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// An engine for the tests of volumes, and what they ask it and the kernel.
abstract class VolumeSetting {
    static final Duration PAUSE = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    TestEngine engine;

    @BeforeEach
    void start() {
        engine = TestEngine.start(dir);
    }

    @AfterEach
    void stop() {
        if (engine != null) {
            engine.close();
        }
    }

    Volumes volumes() {
        return engine.gantry.volumes();
    }

    String output(Container c) {
        return engine.log(c.id());
    }

    /// Those below this test's directory: other engines are at work beside it.
    String mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(dir.toString()))
                .collect(Collectors.joining("\n"));
    }

    static Future<?> aside(Callable<?> work) {
        var task = new FutureTask<>(work);
        Thread.startVirtualThread(task);
        return task;
    }
}
