package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.docker.network.ContainerPlaces;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import java.time.Instant;
import java.util.List;

/// Containers as rows, for others who list them.
public final class Listing {
    private Listing() {}

    public static List<ContainerSummary> summaries(List<Container> containers, Instant now, Gantry engine, int minor) {
        var mountpoints = MountPoints.over(engine::volumes);
        var places = new ContainerPlaces(engine::networks);
        return containers.stream()
                .map(c -> ListTranslation.summary(c, now, engine.checks(), mountpoints, places, engine.layers(), minor))
                .toList();
    }
}
