package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import java.nio.file.Path;

/// What the life of a container asks of those who send logs to other places. The container's turn is held at each call
/// but the first.
public interface ContainerLogs {
    /// Refuses, when a container is created, a driver that is not there and options that it has not.
    void check(ContainerSpec.LogConfig log);

    /// A JSON object that each record of its log carries; empty: none.
    String attributes(StoredContainer row);

    /// Before a run: where the records go that its watch writes to `file` is reached. [dev.gantry.base.Internal] when
    /// it is not.
    void begin(StoredContainer row, Path file);

    /// What [#begin] was called for runs now, or does not.
    void begun(ContainerId id);

    /// A container runs whose older log files are to be packed.
    void packs();

    /// It has ended for good, and its files will be gone: waits a while for what is still to be sent of `file`, also
    /// when it was an earlier engine that was to send it.
    void forget(StoredContainer row, Path file);
}
