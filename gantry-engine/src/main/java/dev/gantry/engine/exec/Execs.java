package dev.gantry.engine.exec;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Attachment;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// Execs of running containers. They are forgotten five minutes after their end; those that were never started, when
/// their container no longer runs.
public interface Execs {
    /// [dev.gantry.base.Conflict] when the container is not running.
    Exec create(ContainerId container, ExecSpec spec);

    /// By whole id.
    Exec find(String id);

    List<Exec> of(ContainerId container);

    /// Starts it with its streams held from the first byte. A terminal begins with the given size; 0 is the kernel's.
    Attachment start(ContainerId exec, AttachRequest what, int rows, int columns);

    void startDetached(ContainerId exec, int rows, int columns);

    /// Runs `spec` to its end, or for `limit`, and then kills all that it has started; interrupted, at once.
    /// It ends with this process, too. Afterwards nobody finds it any more. Of what it writes the first
    /// `outputBytes` are kept.
    Ended run(ContainerId container, ExecSpec spec, Duration limit, int outputBytes) throws InterruptedException;

    record Ended(int code, boolean inTime, String output) {}

    void resize(ContainerId exec, int rows, int columns);

    /// Its exit code, or empty when `limit` passed first.
    OptionalInt await(ContainerId exec, Duration limit);
}
