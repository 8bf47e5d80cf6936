package dev.gantry.engine.container;

import dev.gantry.runtime.watch.ExitRecord;
import dev.gantry.runtime.watch.Watch;
import java.time.Instant;
import java.util.Optional;

/// What became of a container while no engine looked, from what can be seen of it. Pure: the traces are values.
final class Adoption {
    static final String LOST = "supervisor lost";
    static final String HALF_STARTED = "the engine died while it was being started";
    static final int LOST_CODE = 137;
    static final String HOST_RESTARTED = "the host was restarted";
    static final int HOST_RESTARTED_CODE = 255;

    private Adoption() {}

    sealed interface Verdict {
        /// Nothing that the row does not say.
        record AsStored() implements Verdict {}

        /// It runs under its watch.
        record Running(int pid, long startTime) implements Verdict {}

        /// It ended, and the watch left word.
        record Ended(Exit exit) implements Verdict {}

        /// It ended, and nobody left word: the host went down.
        record HostRestarted() implements Verdict {}

        /// Its watch is gone without a word: whatever still runs is nobody's.
        record Lost() implements Verdict {}
    }

    /// `watch` is what a watch in the container's directory said, `record` the exit record beside its log.
    static Verdict judge(
            StoredContainer row, String bootNow, Optional<Watch.Greeting> watch, Optional<ExitRecord> record) {
        if (watch.isPresent() && watch.get().state() == Watch.State.RUNNING) {
            return new Verdict.Running((int) watch.get().initPid(), watch.get().initStartTime());
        }
        if (!(row.state() instanceof ContainerState.Running running)) {
            // A start, or an end, that was not stored any more. A record that was stored has the time of the stored
            // exit.
            return record.map(Adoption::exit)
                    .filter(e -> !row.history().exit().map(Exit::at).equals(Optional.of(e.at())))
                    .<Verdict>map(Verdict.Ended::new)
                    .orElse(new Verdict.AsStored());
        }
        Optional<ExitRecord> own = record.filter(r -> isOf(r, running, row.bootId()));
        if (own.isPresent()) {
            return new Verdict.Ended(exit(own.get()));
        }
        return row.bootId().equals(bootNow) ? new Verdict.Lost() : new Verdict.HostRestarted();
    }

    /// Whether a record is about this very process: the same pid may come again, the three together do not.
    static boolean isOf(ExitRecord record, ContainerState.Running running, String bootId) {
        return record.boot().equals(bootId)
                && record.pid() == running.pid()
                && record.startTime() == running.startTime();
    }

    static Exit exit(ExitRecord record) {
        var exited = record.exited();
        return new Exit(exited.code(), exited.outOfMemory(), exited.finishedAt(), "");
    }

    static Exit hostRestarted(Instant now) {
        return new Exit(HOST_RESTARTED_CODE, false, now, HOST_RESTARTED);
    }
}
