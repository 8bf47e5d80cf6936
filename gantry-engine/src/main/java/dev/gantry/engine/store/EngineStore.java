package dev.gantry.engine.store;

import dev.gantry.engine.container.ContainerTable;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.network.NetworkTable;
import dev.gantry.images.image.ImageTable;
import dev.gantry.volume.VolumeTable;

/// One database of one engine.
public interface EngineStore extends AutoCloseable {
    /// How many of the newest events are kept.
    int EVENTS_KEPT = 4096;

    ContainerTable containers();

    ImageTable images();

    VolumeTable volumes();

    NetworkTable networks();

    Events events();

    /// Commits what is under way and ends every wait for events.
    @Override
    void close();
}
