package dev.gantry.engine.container;

import dev.gantry.base.Unavailable;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The root of a container that does not run, mounted in the mount namespace of a process which does nothing else. It
/// is there as long as somebody uses it: an overlay is mounted at most once, so that a start ends it first.
final class HeldRoot {
    private static final Logger LOG = LoggerFactory.getLogger(HeldRoot.class);
    private static final Duration END_TAKES = Duration.ofSeconds(30);

    private final Fd root;
    private final Supplier<CompletableFuture<?>> unmount;
    private final RootUsers users;
    private final Duration endTakes;

    /// Completed when the mounts are gone, and all that was made for them.
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    /// Guarded by this. Nobody joins any more.
    private boolean ended;

    /// @param unmount has the mounts go; what it gives is complete when they are gone
    HeldRoot(Fd root, Supplier<CompletableFuture<?>> unmount) {
        this(root, unmount, new RootUsers(), END_TAKES);
    }

    HeldRoot(Fd root, Supplier<CompletableFuture<?>> unmount, RootUsers users, Duration endTakes) {
        this.root = root;
        this.unmount = unmount;
        this.users = users;
        this.endTakes = endTakes;
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

    private void leave(OpenRoot user) {
        synchronized (this) {
            if (!users.remove(user) || ended) {
                return;
            }
            ended = true;
        }
        end();
        if (!awaitGone()) {
            LOG.warn("container id={} its root is not unmounted yet", user.id().shortHex());
        }
    }

    /// Waits for its users, cuts those who take too long, and returns when the mounts are gone. `what` is to be done
    /// then.
    void yield(String what) {
        users.yield(what);
        boolean ours;
        synchronized (this) {
            ours = !ended;
            ended = true;
        }
        if (ours) {
            end();
        }
        if (!awaitGone()) {
            throw new Unavailable(
                    what,
                    "its files were copied, and their mounts do not go",
                    "look at the load of the disk, and ask again");
        }
    }

    /// On a thread of its own: who leaves may have been interrupted, and what is said to a watch then would never reach
    /// it.
    private void end() {
        Thread.startVirtualThread(() -> {
            root.close();
            unmount.get().whenComplete((_, _) -> gone.complete(null));
        });
    }

    private boolean awaitGone() {
        long deadline = System.nanoTime() + endTakes.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    gone.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a root cannot fail", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
