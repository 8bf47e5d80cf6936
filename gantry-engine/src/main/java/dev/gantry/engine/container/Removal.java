package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.engine.container.ContainerTable.Commit;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.observe.Action;
import dev.gantry.engine.observe.Course;
import dev.gantry.engine.observe.Measures;
import dev.gantry.images.image.Images;
import java.util.List;
import java.util.Map;

/// The end of a container: its files, its row, its name. The row and the files go at the same time: should the engine
/// die
/// between, a directory without a row is garbage and is removed by the next one, and a row without its directory says
/// that it is dead.
final class Removal {
    private final ContainerIndex index;
    private final ContainerTable table;
    private final Images images;
    private final ContainerDirectories directories;
    private final Releases releases;
    private final Rows rows;
    private final Checkups checkups;
    private final Stops stops;
    private final Departures departures;
    private final ContainerVolumes volumes;
    private final ContainerNetworks networks;
    private final ContainerLogs logs;
    private final SharedMemory memory;
    private final Places places;
    private final Measures measures;

    Removal(
            ContainerIndex index,
            ContainerTable table,
            Images images,
            ContainerDirectories directories,
            Releases releases,
            Rows rows,
            Checkups checkups,
            Stops stops,
            Departures departures,
            ContainerVolumes volumes,
            ContainerNetworks networks,
            ContainerLogs logs,
            SharedMemory memory,
            Places places,
            Measures measures) {
        this.measures = measures;
        this.index = index;
        this.table = table;
        this.images = images;
        this.directories = directories;
        this.releases = releases;
        this.rows = rows;
        this.checkups = checkups;
        this.stops = stops;
        this.departures = departures;
        this.volumes = volumes;
        this.networks = networks;
        this.logs = logs;
        this.memory = memory;
        this.places = places;
    }

    /// `anonymous`: with the volumes that nobody named.
    void remove(Cell cell, boolean force, boolean anonymous) {
        try (Course course = measures.begin(Action.DELETE, cell.id.hex())) {
            removeWhenItMay(cell, force, anonymous);
            course.succeeded();
        }
    }

    private void removeWhenItMay(Cell cell, boolean force, boolean anonymous) {
        while (true) {
            ExitWait end;
            cell.turn.lock();
            try {
                switch (cell.row.state()) {
                    case ContainerState.Removing _ ->
                        throw new Conflict(
                                cell.what("remove"),
                                "removal of container " + cell.row.name() + " is already in progress",
                                "wait for it");
                    case ContainerState.Running _ -> {
                        if (!force) {
                            throw new Conflict(cell.what("remove"), "it is running", "stop it first, or use force");
                        }
                        end = cell.expect(WaitCondition.NEXT_EXIT);
                    }
                    case ContainerState.Restarting _ -> {
                        if (!force) {
                            throw new Conflict(cell.what("remove"), "it is restarting", "stop it first, or use force");
                        }
                        cell.cancelRestart();
                        removeNow(cell, anonymous);
                        return;
                    }
                    case ContainerState.Created _, ContainerState.Exited _, ContainerState.Dead _ -> {
                        removeNow(cell, anonymous);
                        return;
                    }
                }
            } finally {
                cell.turn.unlock();
            }
            stops.killAndWait(cell, end);
            if (index.get(cell.id).isEmpty()) {
                return; // it had autoRemove
            }
        }
    }

    /// The cell's turn is held, and nothing runs.
    void removeNow(Cell cell, boolean anonymous) {
        if (index.get(cell.id).isEmpty()) {
            return;
        }
        cell.yieldRoot("remove");
        StoredContainer before = cell.row;
        if (!(before.state() instanceof ContainerState.Removing)) {
            cell.row = before.with(new ContainerState.Removing(), before.history());
        }
        boolean unnamed = anonymous || before.spec().autoRemove();
        Commit commit = null;
        try {
            Task task = cell.task;
            if (task != null) {
                if (task.launched) {
                    releases.await(task, cell.id.hex());
                    departures.leaveBehind(task.watch, task.directory);
                } else {
                    task.forget();
                }
                cell.task = null;
            }
            networks.forget(cell.id);
            if (before.spec().log().isForwarded()) {
                logs.forget(before, directories.files(cell.id).log(before.spec().log()));
            }
            volumes.leaving(cell.id, before.spec(), unnamed);
            commit = table.delete(cell.id, List.of(rows.event(cell, "destroy", Map.of())), Durability.PROCESS);
            images.release(cell.id);
            memory.leave(before, Container.Files.in(places.containers(), cell.id));
            directories.remove(cell.id);
            commit.await();
        } catch (RuntimeException e) {
            StoredContainer dead =
                    cell.row.with(new ContainerState.Dead("its removal failed: " + e.getMessage()), before.history());
            cell.row = dead;
            try {
                EventDraft told = rows.event(cell, "dead", Map.of());
                Commit again = commit == null
                        ? table.update(dead, List.of(told), Durability.PROCESS)
                        : table.insert(dead, told, Durability.PROCESS);
                again.await();
            } catch (RuntimeException untold) {
                e.addSuppressed(untold);
            }
            throw e;
        }
        volumes.letGo(cell.id, before.spec(), unnamed);
        releases.forget(cell.id);
        index.remove(cell);
        checkups.forgets(cell);
        cell.tellRemoved();
    }
}
