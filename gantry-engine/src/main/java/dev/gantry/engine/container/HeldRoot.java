package dev.gantry.engine.container;

import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import dev.gantry.runtime.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The root of a container that does not run, mounted in the mount namespace of a process which does nothing else. It
/// is
/// there as long as somebody uses it: an overlay is mounted at most once, so that a start ends it first.
final class HeldRoot {
    private static final Logger LOG = LoggerFactory.getLogger(HeldRoot.class);
    private static final Duration USERS_TURN = Duration.ofSeconds(10);
    private static final Duration CUT_TAKES = Duration.ofSeconds(5);
    private static final Duration END_TAKES = Duration.ofSeconds(30);

    private final Watch watch;
    private final Path directory;
    private final Fd root;
    private final Runnable after;

    /// Guarded by this, as is `ended`.
    private final Set<OpenRoot> users = new LinkedHashSet<>();

    private boolean ended;

    HeldRoot(Watch watch, Path directory, Fd root, Runnable after) {
        this.watch = watch;
        this.directory = directory;
        this.root = root;
        this.after = after;
    }

    /// Empty when it has ended.
    synchronized Optional<OpenRoot> join(StoredContainer row, RootFs layers) {
        if (ended) {
            return Optional.empty();
        }
        OpenRoot[] user = new OpenRoot[1];
        user[0] = new OpenRoot(row, layers, root, () -> leave(user[0]));
        users.add(user[0]);
        return Optional.of(user[0]);
    }

    private synchronized void leave(OpenRoot user) {
        users.remove(user);
        notifyAll();
        if (users.isEmpty() && !ended) {
            end();
        }
    }

    /// Waits for its users, and cuts those who take too long. `what` is to be done then.
    synchronized void yield(String what) {
        await(USERS_TURN);
        users.forEach(OpenRoot::cut);
        await(CUT_TAKES);
        if (!users.isEmpty()) {
            throw new Unavailable(
                    what, "its files are being copied, and that does not end", "see whether its volumes answer");
        }
        if (!ended) {
            end();
        }
    }

    private void await(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        long left = limit.toMillis();
        while (!users.isEmpty() && left > 0) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
    }

    /// Returns when the mounts are gone. This is locked. On a thread of its own: who leaves may have been interrupted,
    /// and what is said to a watch then would never reach it.
    private void end() {
        ended = true;
        Thread ending = Thread.startVirtualThread(this::release);
        boolean interrupted = false;
        while (ending.isAlive()) {
            try {
                ending.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void release() {
        root.close();
        try {
            watch.signal(Signals.KILL);
        } catch (GantryException gone) {
            LOG.debug("directory={} its process has ended already", directory);
        }
        try {
            watch.gone().get(END_TAKES.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("directory={} the watch of a root does not leave: {}", directory, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watch.close();
        Watches.clear(directory);
        after.run();
    }
}
