package dev.gantry.engine.exec;

import dev.gantry.base.ContainerId;
import dev.gantry.runtime.watch.Watch;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One exec in memory. It goes one way: created, running, exited.
final class ExecCell {
    final ContainerId id;
    final AtomicBoolean begun = new AtomicBoolean();
    final CompletableFuture<Integer> code = new CompletableFuture<>();
    volatile Exec exec;
    volatile @Nullable Watch watch;
    volatile @Nullable Instant endedAt;

    ExecCell(Exec exec) {
        this.id = exec.id();
        this.exec = exec;
    }

    void to(Exec.State state) {
        exec = new Exec(exec.id(), exec.container(), exec.spec(), state);
    }
}
