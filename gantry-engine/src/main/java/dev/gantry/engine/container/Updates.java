package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.runtime.oci.CgroupLayout;
import dev.gantry.runtime.oci.GroupLimits.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/// Changes what a container may use and how it is started again, whether or not it runs. What was stored holds: an
/// engine that dies between the kernel's files and the row leaves a mark, and the next one writes them as the row says.
final class Updates {
    private static final String MARK = "update";

    private final Rows rows;
    private final Places places;
    private final CgroupLayout layout;

    Updates(Rows rows, Places places, CgroupLayout layout) {
        this.rows = rows;
        this.places = places;
        this.layout = layout;
    }

    void update(Cell cell, UnaryOperator<ContainerSpec> change) {
        String what = cell.what("update");
        cell.turn.lock();
        try {
            if (cell.row.state() instanceof ContainerState.Removing
                    || cell.row.state() instanceof ContainerState.Dead) {
                throw new Conflict(what, "it is marked for removal", "create a new one");
            }
            ContainerSpec before = cell.row.spec();
            ContainerSpec after = change.apply(before);
            Cpusets.check(after.resources());
            List<Setting> settings =
                    Limits.changes(layout, places.cgroup(cell.id), before.resources(), after.resources());
            if (settings.isEmpty() || !(cell.row.state() instanceof ContainerState.Running)) {
                rows.respecify(cell, after);
                return;
            }
            mark(cell, what);
            try {
                Limits.Undo undo = Limits.write(what, settings);
                try {
                    rows.respecify(cell, after);
                } catch (RuntimeException e) {
                    undo.undo();
                    throw e;
                }
            } finally {
                unmark(cell);
            }
        } finally {
            cell.turn.unlock();
        }
    }

    /// Of a container that was found running. The cell's turn is held.
    void settle(Cell cell) {
        if (!Files.exists(mark(cell))) {
            return;
        }
        Resources stored = cell.row.spec().resources();
        // As if there had been a limit of everything: what is not limited now may be in the kernel's files.
        Limits.write(cell.what("adopt"), Limits.settings(layout, places.cgroup(cell.id), limited(stored), stored));
        unmark(cell);
    }

    private static Resources limited(Resources stored) {
        return ContainerSpec.of("any").resources(stored).pidsLimit(1).build().resources();
    }

    private Path mark(Cell cell) {
        return places.containers().resolve(cell.id.hex()).resolve(MARK);
    }

    private void mark(Cell cell, String what) {
        try {
            Files.write(mark(cell), new byte[0]);
        } catch (IOException e) {
            throw new Internal(what, String.valueOf(e), "look at the disk of the data root", e);
        }
    }

    private void unmark(Cell cell) {
        try {
            Files.deleteIfExists(mark(cell));
        } catch (IOException e) {
            // The next engine writes what is there already.
        }
    }
}
