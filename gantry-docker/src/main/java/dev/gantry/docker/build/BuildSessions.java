package dev.gantry.docker.build;

import dev.gantry.docker.route.Routes;

/// The doors of BuildKit, for an engine that has them.
@FunctionalInterface
public interface BuildSessions {
    void addTo(Routes routes);
}
