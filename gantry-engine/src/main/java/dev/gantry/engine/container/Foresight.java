package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who creates a container starts it, nearly always and at once: while its creation is stored its watch is made, its
/// plan is compiled, and the watch obeys the plan up to the program. All of it goes when nobody has wanted it for a
/// second.
final class Foresight {
    private static final Logger LOG = LoggerFactory.getLogger(Foresight.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /// So many watches wait at most; who creates more has them made at the start.
    private static final int MOST = 8;

    private final Standby standby;
    private final Launcher launcher;

    /// With the watch, once it is there.
    private final Map<ContainerId, CompletableFuture<Task>> waiting = new ConcurrentHashMap<>();

    Foresight(Standby standby, Launcher launcher) {
        this.standby = standby;
        this.launcher = launcher;
    }

    /// Nothing of it is made yet.
    void expects(Cell cell) {
        if (waiting.size() < MOST) {
            var watch = new CompletableFuture<Task>();
            waiting.put(cell.id, watch);
            Thread.startVirtualThread(() -> waitFor(cell, watch));
        }
    }

    /// Its directory and its root are there. Where its networks and volumes have a say, the plan waits for them.
    void made(Cell cell) {
        ContainerSpec spec = cell.row.spec();
        boolean alone = spec.network() == ContainerSpec.Network.NONE || spec.network() == ContainerSpec.Network.HOST;
        CompletableFuture<Task> watch = waiting.get(cell.id);
        // Others' namespaces and memory are there, or not, when it starts.
        boolean usual = spec.isolation().equals(IsolationSpec.USUAL) && !launcher.isMapped(spec);
        if (alone && usual && spec.binds().isEmpty() && spec.mounts().isEmpty() && watch != null) {
            StoredContainer row = cell.row;
            cell.foreseen = new Foreseen(row, Meanwhile.start(() -> planned(cell, watch)));
            if (!waiting.containsKey(cell.id)) {
                forget(cell); // the second is over already
            }
        }
    }

    private EncodedPlan planned(Cell cell, CompletableFuture<Task> watch) {
        EncodedPlan plan = launcher.plan(cell, new Sources(), ContainerNetworks.Run.NOWHERE);
        ContainerSpec spec = cell.row.spec();
        // A terminal may get its size until the start; files of the host may be slow ones, and a watch that prepares
        // does nothing else.
        if (!spec.streams().tty() && !spec.image().startsWith("dir:")) {
            watch.thenAccept(task -> prepare(cell, task, plan));
        }
        return plan;
    }

    /// Only while it is nobody's turn: whoever has it starts the container, or needs its root, or removes it.
    private void prepare(Cell cell, Task task, EncodedPlan plan) {
        if (cell.turn.tryLock()) {
            try {
                if (cell.task == task && cell.held == null) {
                    launcher.prepare(cell, task, plan);
                }
            } finally {
                cell.turn.unlock();
            }
        }
    }

    void started(Cell cell) {
        waiting.remove(cell.id);
    }

    /// Its creation failed: nothing of it may use what is taken away now.
    void undone(Cell cell) {
        waiting.remove(cell.id);
        forget(cell);
        standby.dismiss(cell);
    }

    private void waitFor(Cell cell, CompletableFuture<Task> watch) {
        try {
            Optional<Task> task = standby.expected(cell);
            if (task.isPresent()) {
                watch.complete(task.get());
                Thread.sleep(PATIENCE);
                standby.letGo(cell, task.get());
            }
        } catch (GantryException e) {
            LOG.debug("no watch yet for container id={}: {}", cell.id.shortHex(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.remove(cell.id);
            forget(cell);
        }
    }

    /// Only when it is compiled: it writes files, and so does the next one.
    private static void forget(Cell cell) {
        Foreseen ahead = cell.foreseen;
        if (ahead != null) {
            ahead.plan().joinedQuietly();
            cell.foreseen = null;
        }
    }
}
