package dev.gantry.engine;

import dev.gantry.engine.container.Containers;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.log.Logs;
import dev.gantry.images.image.Images;

/// An engine in this process. Closing it leaves containers running; the next engine on the same data root adopts them.
public interface Gantry extends AutoCloseable {
    Containers containers();

    Execs execs();

    Logs logs();

    Events events();

    Images images();

    GantryOptions options();

    @Override
    void close();
}
