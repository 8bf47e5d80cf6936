package dev.gantry.engine.health;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.HealthSpec;
import dev.gantry.engine.container.HealthWatch;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.observe.Measures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A thread for each container that has a check, runs, and is not paused. An interrupt ends it, and the check it is in
/// the middle of.
public final class LiveChecks implements Checks, HealthWatch, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveChecks.class);

    /// Runs one check.
    @FunctionalInterface
    public interface Prober {
        /// The exit code, -1 when it took too long, and what it wrote. Throws what keeps it from being run.
        Probed probe(ContainerId id, HealthSpec spec) throws InterruptedException;
    }

    public record Probed(int code, String output) {}

    private final Function<ContainerId, Optional<Container>> containers;
    private final Prober prober;
    private final HealthFiles files;
    private final Events events;
    private final Measures measures;
    private final Clock clock;

    /// Of those that run, or ran under this engine.
    private final Map<ContainerId, Check> checks = new ConcurrentHashMap<>();

    public LiveChecks(
            Function<ContainerId, Optional<Container>> containers,
            Prober prober,
            Events events,
            Measures measures,
            Clock clock) {
        this.measures = measures;
        this.containers = containers;
        this.prober = prober;
        this.files = new HealthFiles();
        this.events = events;
        this.clock = clock;
    }

    @Override
    public Optional<Health> of(ContainerId id) {
        Check check = checks.get(id);
        if (check != null) {
            return Optional.of(check.health);
        }
        return containers
                .apply(id)
                .filter(c ->
                        c.spec().health().isSet() && c.history().startedAt().isPresent())
                .map(c -> files.read(c).orElse(Health.STARTING.ended()));
    }

    @Override
    public void begins(ContainerId id) {
        Optional<Container> found = containers.apply(id);
        if (found.isEmpty() || !(found.get().state() instanceof ContainerState.Running run)) {
            return;
        }
        Container c = found.get();
        checks.compute(id, (_, known) -> {
            if (known != null && known.isOf(run)) {
                return known;
            }
            // One that this engine did not see begin goes on with what its predecessor found.
            Health health = known != null
                    ? known.health.again()
                    : files.readOf(c, run).map(Health::adopted).orElse(Health.STARTING);
            var check = new Check(c, run, health);
            if (!run.paused()) {
                check.go();
            }
            return check;
        });
    }

    @Override
    public void ends(ContainerId id) {
        Check check = checks.get(id);
        if (check != null) {
            check.stop();
            check.health = check.health.ended();
            check.save();
        }
    }

    @Override
    public void pauses(ContainerId id, boolean still) {
        Check check = checks.get(id);
        if (check != null && still) {
            check.stop();
        } else if (check != null) {
            check.go();
        }
    }

    @Override
    public void forgets(ContainerId id) {
        Check check = checks.remove(id);
        if (check != null) {
            check.stop();
        }
    }

    /// How many containers are being checked.
    int checking() {
        return (int) checks.values().stream().filter(Check::goes).count();
    }

    @Override
    public void close() {
        checks.values().forEach(Check::stop);
    }

    /// One run of a container.
    private final class Check implements Runnable {
        private final ContainerId id;
        private final Container container;
        private final ContainerState.Running run;
        private final Instant started;

        private volatile Health health;

        /// Guarded by this object. A thread that is not this one any more has nothing to say.
        private @Nullable Thread thread;

        Check(Container c, ContainerState.Running run, Health health) {
            this.id = c.id();
            this.container = c;
            this.run = run;
            this.started = c.history().startedAt().orElse(run.since());
            this.health = health;
        }

        boolean isOf(ContainerState.Running other) {
            return run.pid() == other.pid() && run.startTime() == other.startTime();
        }

        synchronized boolean goes() {
            return thread != null;
        }

        synchronized void go() {
            if (thread == null) {
                thread = Thread.ofVirtual().name("health-" + id.shortHex()).unstarted(this);
                thread.start();
            }
        }

        synchronized void stop() {
            if (thread != null) {
                thread.interrupt();
                thread = null;
            }
        }

        @Override
        public void run() {
            HealthSpec spec = container.spec().health();
            try {
                while (true) {
                    boolean starting = health.status() == Health.Status.STARTING;
                    Thread.sleep(spec.pause(starting, Duration.between(started, clock.instant())));
                    Health.Result result = check(spec);
                    if (result.code() != 0 && !goesOn()) {
                        return; // it fails with the run, of which we are told as soon as that is stored
                    }
                    measures.checked(result.code() == 0);
                    result(result, spec);
                }
            } catch (InterruptedException e) {
                // It has ended, is paused, or the engine closes.
            }
        }

        /// The run goes on, and stands not still.
        private boolean goesOn() {
            return containers
                    .apply(id)
                    .filter(c -> c.state() instanceof ContainerState.Running now && isOf(now) && !now.paused())
                    .isPresent();
        }

        private Health.Result check(HealthSpec spec) throws InterruptedException {
            Instant begin = clock.instant();
            try {
                Probed probed = prober.probe(id, spec);
                return new Health.Result(begin, clock.instant(), probed.code(), probed.output());
            } catch (GantryException e) {
                return new Health.Result(begin, clock.instant(), -1, String.valueOf(e.getMessage()));
            }
        }

        private void result(Health.Result result, HealthSpec spec) throws InterruptedException {
            Health.Status before;
            synchronized (this) {
                if (thread != Thread.currentThread()) {
                    throw new InterruptedException(); // what it found is of no use any more
                }
                before = health.status();
                health = health.after(result, spec, started);
            }
            if (health.status() != before) {
                save();
                tell("health_status: " + health.status().word());
            }
        }

        private void tell(String action) {
            Container now = containers.apply(id).orElse(container);
            Map<String, String> attributes = new HashMap<>(now.spec().labels());
            attributes.put("image", now.spec().image());
            attributes.put("name", now.name());
            try {
                events.publish(Event.Kind.CONTAINER, action, id.hex(), attributes);
            } catch (RuntimeException e) {
                LOG.warn("event {} of container id={} lost: {}", action, id.shortHex(), e.toString());
            }
        }

        private void save() {
            files.write(container, run, health);
        }
    }
}
