package dev.gantry.engine.container;

/// Tells who checks the health of containers what becomes of those that have a check.
final class Checkups {
    private volatile HealthWatch by = HealthWatch.NONE;

    void by(HealthWatch watch) {
        by = watch;
    }

    void begins(Cell cell) {
        if (cell.row.spec().health().isSet()) {
            by.begins(cell.id);
        }
    }

    void ends(Cell cell) {
        if (cell.row.spec().health().isSet()) {
            by.ends(cell.id);
        }
    }

    void pauses(Cell cell, boolean still) {
        if (cell.row.spec().health().isSet()) {
            by.pauses(cell.id, still);
        }
    }

    void forgets(Cell cell) {
        if (cell.row.spec().health().isSet()) {
            by.forgets(cell.id);
        }
    }
}
