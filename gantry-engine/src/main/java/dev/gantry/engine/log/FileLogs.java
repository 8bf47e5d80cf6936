package dev.gantry.engine.log;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.runtime.watch.Follower;
import dev.gantry.runtime.watch.LogPosition;
import dev.gantry.runtime.watch.Watch;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs in files, followed through the watch that writes them.
public final class FileLogs implements Logs {
    private static final Logger LOG = LoggerFactory.getLogger(FileLogs.class);

    private final Function<ContainerId, Optional<Container>> containers;
    private final Function<ContainerId, Optional<Path>> watches;
    private final LogDrivers drivers;

    /// `watches` gives the directory of the watch of a container that runs, `drivers` those that may have more than
    /// the files.
    public FileLogs(
            Function<ContainerId, Optional<Container>> containers,
            Function<ContainerId, Optional<Path>> watches,
            LogDrivers drivers) {
        this.drivers = drivers;
        this.containers = containers;
        this.watches = watches;
    }

    @Override
    public LogStream open(ContainerId id, LogQuery query) {
        Container c = containers
                .apply(id)
                .orElseThrow(() -> new NotFound(
                        "read the log of " + id.shortHex(), "there is no such container", "see gantry ps -a"));
        ContainerSpec.LogConfig how = c.spec().log();
        Optional<LogStream> kept = how.isForwarded() ? kept(c, how, query) : Optional.empty();
        if (kept.isPresent()) {
            return kept.get();
        }
        if (!how.isReadable()) {
            throw new Unsupported(
                    "read the log of " + c.name(),
                    "it was created with a log driver that does not support reading",
                    "create it with the json-file driver");
        }
        Path log = c.files().log(how);
        return new FileLogStream(log, RecordForm.of(how), LogFiles.open(log), query, position -> follow(id, position));
    }

    /// Empty when its driver has nothing, or does not answer.
    private Optional<LogStream> kept(Container c, ContainerSpec.LogConfig how, LogQuery query) {
        try {
            LogSource source = LogSource.of(c.id(), c.name(), c.imageId(), c.created(), c.spec());
            return drivers.find(how.driver()).flatMap(driver -> driver.read(source, query));
        } catch (GantryException e) {
            LOG.warn("log of container id={} is read from its file: {}", c.id().shortHex(), e.getMessage());
            return Optional.empty();
        }
    }

    /// Empty when it has ended.
    private Optional<Follower> follow(ContainerId id, LogPosition position) {
        Optional<Path> directory = watches.apply(id);
        if (directory.isEmpty()) {
            return Optional.empty();
        }
        try (Watch watch = Watch.connect(directory.get())) {
            return Optional.of(watch.follow(position));
        } catch (Unavailable e) {
            return Optional.empty();
        }
    }
}
