package dev.gantry.engine.stats;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.Places;
import dev.gantry.runtime.oci.CgroupLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/// Gauges over the control groups of containers, in whichever hierarchies this host has.
public final class GroupGauges implements LiveStats.Gauges {
    private final CgroupLayout layout;
    private final Places places;
    private final Clock clock;

    public GroupGauges(CgroupLayout layout, Places places, Clock clock) {
        this.layout = layout;
        this.places = places;
        this.clock = clock;
    }

    @Override
    public Gauge open(ContainerId id, ContainerState.Running run) throws IOException {
        return GroupGauge.open(layout, places.cgroup(id), Path.of("/proc"), run, clock);
    }
}
