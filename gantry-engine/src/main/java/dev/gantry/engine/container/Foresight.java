package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who creates a container starts it, nearly always and at once: while its creation is stored its watch is made and its
/// plan is compiled. Both go when nobody has wanted them for a second.
final class Foresight {
    private static final Logger LOG = LoggerFactory.getLogger(Foresight.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /// So many watches wait at most; who creates more has them made at the start.
    private static final int MOST = 8;

    private final Standby standby;
    private final Launcher launcher;
    private final Set<ContainerId> waiting = ConcurrentHashMap.newKeySet();

    Foresight(Standby standby, Launcher launcher) {
        this.standby = standby;
        this.launcher = launcher;
    }

    /// Nothing of it is made yet.
    void expects(Cell cell) {
        if (waiting.size() < MOST && waiting.add(cell.id)) {
            Thread.startVirtualThread(() -> waitFor(cell));
        }
    }

    /// Its directory and its root are there. Where its networks and volumes have a say, the plan waits for them.
    void made(Cell cell) {
        ContainerSpec spec = cell.row.spec();
        boolean alone = spec.network() == ContainerSpec.Network.NONE || spec.network() == ContainerSpec.Network.HOST;
        if (alone && spec.binds().isEmpty() && spec.mounts().isEmpty() && waiting.contains(cell.id)) {
            StoredContainer row = cell.row;
            cell.foreseen = new Foreseen(
                    row, Meanwhile.start(() -> launcher.plan(cell, new Sources(), ContainerNetworks.Run.NOWHERE)));
            if (!waiting.contains(cell.id)) {
                forget(cell); // the second is over already
            }
        }
    }

    void started(Cell cell) {
        waiting.remove(cell.id);
    }

    private void waitFor(Cell cell) {
        try {
            Optional<Task> task = standby.expected(cell);
            if (task.isPresent()) {
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
            try {
                ahead.plan().joined();
            } catch (RuntimeException e) {
                LOG.debug("no plan ahead for container id={}: {}", cell.id.shortHex(), e.toString());
            }
            cell.foreseen = null;
        }
    }
}
