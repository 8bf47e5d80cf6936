package dev.gantry.engine.container;

import dev.gantry.base.Unavailable;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.watch.Watch;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One watch and this engine's connection to it: waiting for a start, or with a run in it. Guarded by its cell's lock,
/// but for what is prepared, which guards itself: that is done by who holds no turn.
final class Task {
    private static final Logger LOG = LoggerFactory.getLogger(Task.class);

    final Path directory;
    final Watch watch;

    /// What it was started with; null before the start, and for a run of an earlier engine whose plan was lost.
    @Nullable
    LaunchPlan plan;

    boolean launched;
    int attachments;

    /// Why we end it ourselves; empty otherwise.
    String givenUp = "";

    private record Prepared(EncodedPlan plan, Meanwhile<?> keeping) {}

    private @Nullable Prepared prepared;
    private boolean settled;
    private boolean undone;

    Task(Path directory, Watch watch) {
        this.directory = directory;
        this.watch = watch;
    }

    /// Has the container made up to its streams, unless it is started or given up already.
    ///
    /// @param keep writes the plan's file
    synchronized void prepare(EncodedPlan plan, Runnable keep) {
        if (!settled) {
            watch.prepare(plan.bytes());
            prepared = new Prepared(plan, Meanwhile.start(keep));
            settled = true;
        }
    }

    /// What keeps the file of the plan that is launched now: begun here, unless the preparation of the same plan did.
    synchronized Meanwhile<?> keep(EncodedPlan plan, Runnable keep) {
        settled = true;
        Prepared before = prepared;
        prepared = null;
        if (before != null && Arrays.equals(before.plan().bytes(), plan.bytes())) {
            return before.keeping();
        }
        if (before != null) {
            before.keeping().joinedQuietly(); // or it would write over ours
        }
        return Meanwhile.start(keep);
    }

    /// Takes back what was prepared; the watch waits as before, and nothing of it is prepared again.
    synchronized void undo() {
        settled = true;
        Prepared before = prepared;
        prepared = null;
        if (before != null) {
            undone = true;
            before.keeping().joinedQuietly();
            try {
                watch.undo();
            } catch (Unavailable gone) {
                LOG.debug("watch in {} has left with what it prepared: {}", directory, gone.toString());
            }
        }
    }

    /// Whether something was prepared and taken back: the root was mounted, and what forbids that to happen again is
    /// there until a plan is made anew.
    synchronized boolean undone() {
        return undone;
    }

    /// Gives up a watch that nothing was launched in.
    void forget() {
        undo();
        watch.close();
        Watches.clear(directory);
    }
}
