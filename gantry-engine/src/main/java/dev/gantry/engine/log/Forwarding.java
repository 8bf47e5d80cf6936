package dev.gantry.engine.log;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerLogs;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.runtime.watch.Follower;
import dev.gantry.runtime.watch.LogPosition;
import dev.gantry.runtime.watch.Watch;
import io.avaje.jsonb.Jsonb;
import io.avaje.jsonb.Types;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends the records of containers to the drivers that they were created with: each is read in the file that the
/// container's watch writes, and how far that has come is stored beside it. So no end of this engine loses a record;
/// some may be sent twice after one.
public final class Forwarding implements ContainerLogs, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    private static final int MOST_ATTRIBUTES = 16 << 10;

    /// As long as dockerd waits at the end for a driver that is slow.
    private static final Duration REST_TAKES = Duration.ofSeconds(10);

    private final LogDrivers drivers;

    /// Guarded by itself.
    private final Map<ContainerId, Way> ways = new HashMap<>();

    private final CompletableFuture<Function<ContainerId, Optional<Path>>> watches = new CompletableFuture<>();
    private final Runnable packing;
    private volatile boolean closed;

    /// @param packing is told when there is something to pack
    public Forwarding(LogDrivers drivers, Runnable packing) {
        this.drivers = drivers;
        this.packing = packing;
    }

    /// From now on containers can be seen: what the last engine did not send is sent, what runs is followed. `watches`
    /// gives the directory of the watch of a container that runs.
    public void open(List<Container> containers, Function<ContainerId, Optional<Path>> watchDirectories) {
        watches.complete(watchDirectories);
        for (Container c : containers) {
            ContainerSpec.LogConfig how = c.spec().log();
            if (how.isForwarded() && c.history().startedAt().isPresent()) {
                LogSource source = LogSource.of(c.id(), c.name(), c.imageId(), c.created(), c.spec());
                LogDriver late = new LateDriver(how.driver());
                begin(new Way(c.id(), false), source, late, c.files().log(how), how, null);
                begun(c.id());
            }
        }
    }

    @Override
    public void check(ContainerSpec.LogConfig log) {
        if (log.isForwarded()) {
            need(log.driver()).check(log.options());
        } else if (!log.options().isEmpty()) {
            LogOptions.requireKnown("json-file", Set.of(), log.options());
        }
        LogSource.check(log.options());
    }

    private LogDriver need(String name) {
        return drivers.find(name)
                .orElseThrow(() -> new InvalidArgument(
                        "create a container with the log driver " + name,
                        "logger: no log driver named '" + name + "' is registered",
                        "choose another"));
    }

    @Override
    public String attributes(StoredContainer row) {
        SortedMap<String, String> all = LogSource.of(row).details();
        if (all.isEmpty()) {
            return "";
        }
        String object = Jsonb.instance()
                .<Map<String, String>>type(Types.mapOf(String.class))
                .toJson(all);
        if (object.getBytes(StandardCharsets.UTF_8).length > MOST_ATTRIBUTES) {
            throw new InvalidArgument(
                    "start container " + row.name(),
                    "its labels and variables that the log is to tell are longer than 16 KiB",
                    "choose fewer by the options labels and env");
        }
        return object;
    }

    @Override
    public void begin(StoredContainer row, Path file) {
        synchronized (ways) {
            Way there = ways.get(row.id());
            if (there != null) {
                there.expect(); // still sending the last run's
                return;
            }
        }
        LogSource source = LogSource.of(row);
        ContainerSpec.LogConfig how = row.spec().log();
        LogDriver driver = need(how.driver());
        LogSink sink;
        try {
            sink = driver.open(source);
        } catch (IOException e) {
            throw new Internal(
                    "start container " + row.name(),
                    "failed to initialize logging driver: " + e.getMessage(),
                    "see whether the place it logs to answers",
                    e);
        }
        begin(new Way(row.id(), false), source, driver, file, how, sink);
    }

    private void begin(
            Way way,
            LogSource source,
            LogDriver driver,
            Path file,
            ContainerSpec.LogConfig how,
            @Nullable LogSink sink) {
        var shipper = new Shipper(driver, source, file, RecordForm.of(how), sink, way);
        synchronized (ways) {
            Way there = ways.get(way.id);
            if (closed || there != null) {
                if (there != null) {
                    there.expect();
                }
                if (sink != null) {
                    sink.close();
                }
                return;
            }
            ways.put(way.id, way);
            way.shipper = shipper;
            shipper.start();
        }
    }

    @Override
    public void begun(ContainerId id) {
        synchronized (ways) {
            Way way = ways.get(id);
            if (way != null) {
                way.waiting--;
            }
        }
    }

    @Override
    public void packs() {
        packing.run();
    }

    @Override
    public void forget(StoredContainer row, Path file) {
        ContainerId id = row.id();
        Shipper shipper = shipper(id);
        if (shipper == null && Files.exists(file)) {
            ContainerSpec.LogConfig how = row.spec().log();
            var way = new Way(id, true);
            begin(way, LogSource.of(row), new LateDriver(how.driver()), file, how, null);
            shipper = way.shipper;
        }
        if (shipper != null && !shipper.await(REST_TAKES)) {
            LOG.warn("container id={} is removed before all of its log was sent", id.shortHex());
            shipper.stop();
        }
    }

    private @Nullable Shipper shipper(ContainerId id) {
        synchronized (ways) {
            Way way = ways.get(id);
            return way == null ? null : way.shipper;
        }
    }

    @Override
    public void close() {
        List<Way> all;
        synchronized (ways) {
            closed = true;
            all = List.copyOf(ways.values());
        }
        all.forEach(way -> {
            if (way.shipper != null) {
                way.shipper.stop();
            }
        });
    }

    /// Looked for when it is needed: a plugin may be there later.
    private final class LateDriver implements LogDriver {
        private final String name;

        LateDriver(String name) {
            this.name = name;
        }

        @Override
        public void check(Map<String, String> options) {
            need(name).check(options);
        }

        @Override
        public LogSink open(LogSource source) throws IOException {
            return drivers.find(name)
                    .orElseThrow(() -> new IOException("there is no log driver " + name))
                    .open(source);
        }
    }

    /// Of one container, from the start of a run until all is sent.
    private final class Way implements Shipper.Run {
        private final ContainerId id;

        /// It does not run and never will: nobody need be asked, and before [#open] nobody could.
        private final boolean ended;

        /// Starts that are under way, and all there were. Guarded by `ways`, as is the next.
        private int waiting = 1;

        private int starts = 1;
        private int startsSeen;

        private volatile @Nullable Shipper shipper;

        Way(ContainerId id, boolean ended) {
            this.id = id;
            this.ended = ended;
        }

        @Override
        public Optional<Follower> follow(LogPosition from) {
            Optional<Path> directory = watches.join().apply(id);
            if (directory.isEmpty()) {
                return Optional.empty();
            }
            try (Watch watch = Watch.connect(directory.get())) {
                return Optional.of(watch.follow(from));
            } catch (Unavailable e) {
                return Optional.empty();
            }
        }

        @Override
        public boolean isOver() {
            if (ended) {
                return true;
            }
            Function<ContainerId, Optional<Path>> seen = watches.join();
            synchronized (ways) {
                startsSeen = starts;
                return waiting <= 0 && seen.apply(id).isEmpty();
            }
        }

        @Override
        public boolean leave() {
            synchronized (ways) {
                return (ended || starts == startsSeen) && ways.remove(id, this);
            }
        }

        @Override
        public void gone() {
            synchronized (ways) {
                ways.remove(id, this);
            }
        }

        private void expect() {
            waiting++;
            starts++;
        }
    }
}
