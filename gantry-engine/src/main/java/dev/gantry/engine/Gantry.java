package dev.gantry.engine;

import dev.gantry.engine.container.ContainerRoots;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.VolumeCopies;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.files.ContainerFiles;
import dev.gantry.engine.files.ContainerLayers;
import dev.gantry.engine.health.Checks;
import dev.gantry.engine.log.Logs;
import dev.gantry.engine.managed.ManagedPlugins;
import dev.gantry.engine.managed.MetricsDoor;
import dev.gantry.engine.network.Networks;
import dev.gantry.engine.observe.Measures;
import dev.gantry.engine.plugin.authz.AuthorizationPlugins;
import dev.gantry.engine.stats.Stats;
import dev.gantry.images.image.Images;
import dev.gantry.images.snapshot.Storage;
import dev.gantry.volume.Volumes;
import java.util.List;

/// An engine in this process. Closing it leaves containers running; the next engine on the same data root adopts them.
///
/// ```java
/// try (Gantry gantry = Gantry.open(GantryOptions.at(dataRoot, runRoot, shim))) {
///     Container c = gantry.containers().create("", ContainerSpec.of("dir:/").args("echo", "hello").build());
///     ExitWait end = gantry.containers().expect(c.id(), WaitCondition.NEXT_EXIT);
///     gantry.containers().start(c.id());
///     int code = end.within(Duration.ofMinutes(1)).orElseThrow().code();
///     gantry.containers().remove(c.id(), false);
/// }
/// ```
public interface Gantry extends AutoCloseable {
    /// Opens or makes the data root; settles first what happened while no engine lived. [dev.gantry.base.Conflict] with
    /// the holder's pid when another process has it open.
    static Gantry open(GantryOptions options) {
        return LocalGantry.open(options);
    }

    Containers containers();

    Execs execs();

    Logs logs();

    Events events();

    /// What containers use.
    Stats stats();

    /// What checks of containers have found.
    Checks checks();

    Images images();

    Volumes volumes();

    Networks networks();

    /// Takes away the links and rules that networks have on the host, unless a container needs them; the next one
    /// makes them again. `found`: also what an engine before has left.
    void withdrawNetworks(boolean found);

    /// The plugins that this engine runs itself.
    ManagedPlugins plugins();

    /// Who serves metrics to plugins that collect them; without one none can be enabled.
    void metricsThrough(MetricsDoor door);

    /// Those who decide on requests to this engine, in order.
    AuthorizationPlugins authorization(List<String> names);

    /// The files of containers.
    ContainerFiles files();

    /// The roots of containers.
    ContainerRoots roots();

    /// What containers have written, and their whole roots.
    ContainerLayers layers();

    /// Copies of volumes while containers run with them.
    VolumeCopies volumeCopies();

    /// How the files of containers are made.
    Storage storage();

    /// What the engine has counted since it was opened.
    Measures measures();

    GantryOptions options();

    @Override
    void close();
}
