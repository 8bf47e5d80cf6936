package dev.gantry.runtime.oci;

import dev.gantry.runtime.oci.LaunchContext.Peer;
import dev.gantry.runtime.oci.LaunchContext.WatchOptions;
import dev.gantry.runtime.oci.ProcessSpec.ConsoleSize;
import dev.gantry.runtime.plan.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The options of the watch, which begin every plan.
final class WatchSteps {
    private WatchSteps() {}

    static void add(
            List<Step> steps,
            WatchOptions watch,
            String bootId,
            boolean terminal,
            @Nullable ConsoleSize size,
            List<Step> oomCounter) {
        Step.Log log = watch.log();
        if (log != null) {
            steps.add(log);
            if (!watch.logAttributes().isEmpty()) {
                steps.add(new Step.LogAttributes(watch.logAttributes()));
            }
        }
        if (!watch.exitRecord().isEmpty()) {
            steps.add(new Step.ExitRecordAt(watch.exitRecord(), bootId));
        }
        if (watch.stdin() != Step.Stdin.NONE) {
            steps.add(new Step.Stdin(watch.stdin()));
        }
        if (terminal) {
            steps.add(size == null ? new Step.Tty(0, 0) : new Step.Tty(size.height(), size.width()));
        }
        steps.addAll(oomCounter);
        Peer owner = watch.tiedTo();
        if (owner != null) {
            steps.add(new Step.Tied(owner.pid(), owner.startTime()));
        }
        if (!watch.orphan().isEmpty()) {
            steps.add(new Step.Orphan(watch.orphan()));
        }
    }
}
