package dev.gantry.engine.container;

import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.watch.Watch;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One watch and this engine's connection to it: waiting for a start, or with a run in it. Guarded by its cell's lock.
final class Task {
    final Path directory;
    final Watch watch;

    /// What it was started with; null before the start, and for a run of an earlier engine whose plan was lost.
    @Nullable
    LaunchPlan plan;

    boolean launched;
    int attachments;

    Task(Path directory, Watch watch) {
        this.directory = directory;
        this.watch = watch;
    }

    /// Gives up a watch that nothing was launched in.
    void forget() {
        watch.close();
        Watches.clear(directory);
    }
}
