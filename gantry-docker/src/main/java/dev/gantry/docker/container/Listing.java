package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.engine.container.Container;
import dev.gantry.volume.Volumes;
import java.time.Instant;
import java.util.List;

/// Containers as rows, for others who list them.
public final class Listing {
    private Listing() {}

    public static List<ContainerSummary> summaries(List<Container> containers, Instant now, Volumes volumes) {
        var mountpoints = MountPoints.over(() -> volumes);
        return containers.stream()
                .map(c -> ListTranslation.summary(c, now, mountpoints))
                .toList();
    }
}
