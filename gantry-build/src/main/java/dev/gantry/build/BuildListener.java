package dev.gantry.build;

import dev.gantry.build.check.Finding;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.solve.Event;
import java.util.List;

/// Hears how a build goes.
public interface BuildListener extends Event.Listener {
    /// What will be done, each after what it needs, and what was found in the Dockerfile.
    void planned(List<Vertex> vertices, List<Finding> findings);

    /// Something does not help as it should; the build goes on.
    default void warned(String words) {}
}
