package dev.gantry.buildkit.control;

import dev.gantry.build.Building;
import dev.gantry.build.frontend.Planned;
import dev.gantry.build.output.Made;
import dev.gantry.build.solve.Solver;
import org.jspecify.annotations.Nullable;

/// What a frontend has planned, which is done when somebody needs it.
final class Solved {
    private final Job job;
    private final Planned planned;
    private @Nullable Made made;

    Solved(Job job, Planned planned) {
        this.job = job;
        this.planned = planned;
    }

    /// Done once, while others who want it wait.
    synchronized Made made() throws InterruptedException {
        Made known = made;
        if (known == null) {
            Building building = job.building();
            job.planned(Solver.order(planned.image().root()));
            known = building.made(planned, job.progress());
            made = known;
        }
        return known;
    }
}
