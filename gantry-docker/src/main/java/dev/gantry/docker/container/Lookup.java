package dev.gantry.docker.container;

import dev.gantry.base.NotFound;
import dev.gantry.docker.access.Access;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Containers;
import dev.gantry.images.image.Layers;
import java.util.List;

/// Finds containers, and says in Docker's words that there is none.
final class Lookup {
    private final Containers containers;

    Lookup(Containers containers) {
        this.containers = containers;
    }

    Container find(String text) {
        try {
            return containers.find(text);
        } catch (NotFound e) {
            throw DockerError.noSuchContainer(text, e);
        }
    }

    static DockerError paused(String name, String before) {
        return new DockerError(409, "Container " + name + " is paused, unpause the container before " + before);
    }

    static DockerError notRunning(Container c) {
        return new DockerError(409, "container " + c.id().hex() + " is not running");
    }

    /// Those that a caller may see. Steps of builds are nobody's containers.
    List<Container> seenBy(Access access) {
        return containers.list().stream()
                .filter(c -> !Layers.isLent(c.spec().image()))
                .filter(access::sees)
                .toList();
    }
}
