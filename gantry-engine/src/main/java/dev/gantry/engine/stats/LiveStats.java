package dev.gantry.engine.stats;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A thread for each container that is watched, which reads it once in each interval for all who watch, and ends with
/// the last of them.
public final class LiveStats implements Stats, AutoCloseable {
    /// Opens the files of a container that runs. Fails when it has ended.
    @FunctionalInterface
    interface Gauges {
        Gauge open(ContainerId id, ContainerState.Running run) throws IOException;
    }

    private final Function<ContainerId, Optional<Container>> containers;
    private final Gauges gauges;
    private final Duration interval;

    /// Guarded by itself, as is how many watch each.
    private final Map<ContainerId, Watched> watched = new HashMap<>();

    LiveStats(Function<ContainerId, Optional<Container>> containers, Gauges gauges, Duration interval) {
        this.containers = containers;
        this.gauges = gauges;
        this.interval = interval;
    }

    public static LiveStats of(Function<ContainerId, Optional<Container>> containers, GroupGauges gauges) {
        return new LiveStats(containers, gauges, Duration.ofSeconds(1));
    }

    @Override
    public Optional<Sample> read(ContainerId id) {
        Optional<ContainerState.Running> run = run(id);
        if (run.isEmpty()) {
            return Optional.empty();
        }
        try (Gauge gauge = gauges.open(id, run.get())) {
            return Optional.of(gauge.read());
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private Optional<ContainerState.Running> run(ContainerId id) {
        return containers
                .apply(id)
                .map(Container::state)
                .filter(ContainerState.Running.class::isInstance)
                .map(ContainerState.Running.class::cast);
    }

    @Override
    public Watching watch(ContainerId id) {
        synchronized (watched) {
            Watched one = watched.get(id);
            if (one == null) {
                one = new Watched(id);
                watched.put(id, one);
                one.thread = Thread.ofVirtual().name("stats-" + id.shortHex()).start(one);
            }
            one.watchers++;
            return one.new Seat();
        }
    }

    /// How many containers are being read.
    int reading() {
        synchronized (watched) {
            return watched.size();
        }
    }

    @Override
    public void close() {
        synchronized (watched) {
            watched.values().forEach(Watched::stop);
            watched.clear();
        }
    }

    /// One container that is watched.
    private final class Watched implements Runnable {
        private final ContainerId id;

        /// Guarded by `watched`, as is `thread`.
        private int watchers;

        private @Nullable Thread thread;

        /// Guarded by this object, as are the two below.
        private @Nullable Reading latest;

        private long rounds;
        private boolean ended;

        /// Of the run that is being read; of the thread alone, as is `run`.
        private @Nullable Gauge gauge;

        private ContainerState.@Nullable Running run;
        private Optional<Sample> before = Optional.empty();

        Watched(ContainerId id) {
            this.id = id;
        }

        @Override
        public void run() {
            try {
                while (!isOver() && containers.apply(id).isPresent()) {
                    tell(round());
                    Thread.sleep(interval);
                }
            } catch (InterruptedException e) {
                // Nobody watches any more.
            } finally {
                leaveRun();
                end();
                synchronized (watched) {
                    watched.remove(id, this);
                }
            }
        }

        private Reading round() {
            Optional<ContainerState.Running> now = LiveStats.this.run(id);
            if (now.isEmpty()) {
                leaveRun();
                return Reading.NOT_RUNNING;
            }
            try {
                Sample sample = of(now.get()).read();
                var reading = new Reading(Optional.of(sample), before);
                before = Optional.of(sample);
                return reading;
            } catch (IOException endedMeanwhile) {
                leaveRun();
                return Reading.NOT_RUNNING;
            }
        }

        private Gauge of(ContainerState.Running now) throws IOException {
            Gauge open = gauge;
            if (open == null || run == null || run.pid() != now.pid() || run.startTime() != now.startTime()) {
                leaveRun();
                open = gauges.open(id, now);
                gauge = open;
                run = now;
            }
            return open;
        }

        private void leaveRun() {
            before = Optional.empty();
            if (gauge != null) {
                gauge.close();
                gauge = null;
            }
        }

        private synchronized boolean isOver() {
            return ended;
        }

        private synchronized void tell(Reading reading) {
            latest = reading;
            rounds++;
            notifyAll();
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }

        /// The caller holds `watched`.
        private void stop() {
            end();
            if (thread != null) {
                thread.interrupt();
            }
        }

        private final class Seat implements Watching {
            private long seen;
            private boolean open = true;

            @Override
            public Optional<Reading> next() {
                synchronized (Watched.this) {
                    while (rounds == seen && !ended) {
                        try {
                            Watched.this.wait();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            return Optional.empty();
                        }
                    }
                    if (ended) {
                        return Optional.empty();
                    }
                    seen = rounds;
                    return Optional.ofNullable(latest);
                }
            }

            @Override
            public void close() {
                synchronized (watched) {
                    if (!open) {
                        return;
                    }
                    open = false;
                    watchers--;
                    if (watchers == 0) {
                        stop();
                        watched.remove(id, Watched.this);
                    }
                }
            }
        }
    }
}
