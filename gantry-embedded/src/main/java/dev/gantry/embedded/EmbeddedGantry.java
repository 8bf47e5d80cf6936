package dev.gantry.embedded;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.GantryOptions;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// An engine that belongs to this program. Closing it takes its containers and networks away; when the program is
/// killed, a small process that waits for that does the same, and so does the next `open`. Images and named volumes
/// stay in the root. Where the host forwarded no packets before, forwarding stays on, with the table of rules that
/// keeps
/// the host from being a router.
///
/// ```java
/// try (EmbeddedGantry gantry = EmbeddedGantry.open(root);
///         EmbeddedContainer box = gantry.run(ContainerSpec.of("dir:/").args("sleep", "1000").build())) {
///     box.write("/tmp/greeting", "hello".getBytes(UTF_8));
///     Execs.Ended cat = box.exec("cat", "/tmp/greeting");
///     assert cat.output().equals("hello");
/// }
/// ```
public final class EmbeddedGantry implements AutoCloseable {
    private static final Duration SWEEPING_TAKES = Duration.ofSeconds(60);
    private static final Duration BETWEEN = Duration.ofMillis(50);

    private final Path home;
    private final Gantry engine;
    private final Guard guard;

    /// Guarded by this object: once it was asked for.
    private @Nullable Path door;

    private EmbeddedGantry(Path home, Gantry engine, Guard guard) {
        this.home = home;
        this.engine = engine;
        this.guard = guard;
    }

    /// Opens or makes the engine below `root`. [Conflict] when another program has it open.
    public static EmbeddedGantry open(Path root) {
        Path home = root.toAbsolutePath().normalize();
        Guard guard = Guard.start(home);
        try {
            return new EmbeddedGantry(home, cleaned(home, SWEEPING_TAKES), guard);
        } catch (GantryException e) {
            guard.dismiss();
            throw e;
        }
    }

    /// Takes away what a program that was killed has left in a root, if one was. Where another program has the root
    /// open, there is nothing to do: it has seen to that, or will.
    public static void sweep(Path root) {
        Path home = root.toAbsolutePath().normalize();
        if (!Unclean.is(home)) {
            return;
        }
        Gantry engine;
        try {
            engine = cleaned(home, Duration.ZERO);
        } catch (Conflict taken) {
            return;
        }
        finish(home, engine);
    }

    /// An engine without what a program that was killed has left in it.
    static Gantry cleaned(Path home) {
        return cleaned(home, SWEEPING_TAKES);
    }

    private static Gantry cleaned(Path home, Duration patience) {
        Gantry engine = openAfterSweep(home, patience);
        try {
            Leftovers.remove(engine, Unclean.begin(home));
            return engine;
        } catch (GantryException e) {
            engine.close();
            throw e;
        }
    }

    private static Gantry openAfterSweep(Path home, Duration patience) {
        GantryOptions options = GantryOptions.at(home.resolve("data"), home.resolve("run"), Shim.in(home))
                .cgroup("gantry-embedded-" + Integer.toHexString(home.hashCode()))
                .hidden(List.of(Door.in(home)));
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return Gantry.open(options);
            } catch (Conflict e) {
                if (!Guard.isSweeping(home) || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(BETWEEN.toNanos());
            }
        }
    }

    /// Everything that an engine can do.
    public Gantry engine() {
        return engine;
    }

    /// Where a socket of this program's own may be bound, which only its user reaches and no container sees unasked;
    /// what
    /// is bound there is removed with the containers.
    public synchronized Path door() {
        Path made = door;
        if (made == null) {
            made = Door.make(home);
            door = made;
        }
        return made;
    }

    /// Starts a container of an image that is here.
    public EmbeddedContainer run(ContainerSpec spec) {
        Container made = engine.containers().create("", spec);
        EmbeddedContainer container = new EmbeddedContainer(engine, made.id());
        try {
            engine.containers().start(made.id());
            return container;
        } catch (GantryException e) {
            try {
                container.close();
            } catch (GantryException more) {
                e.addSuppressed(more);
            }
            throw e;
        }
    }

    /// What cannot be taken away is told, and tried again when this program ends, or opens the root again.
    @Override
    public void close() {
        finish(home, engine);
        guard.dismiss();
    }

    static void finish(Path home, Gantry engine) {
        try {
            Leftovers.remove(engine, false);
            Unclean.end(home);
            Door.remove(home);
        } finally {
            engine.close();
        }
    }
}
