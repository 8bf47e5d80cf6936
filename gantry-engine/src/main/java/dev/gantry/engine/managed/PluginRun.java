package dev.gantry.engine.managed;

import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.Signals;
import dev.gantry.engine.container.Watches;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One plugin that runs, from its start or its adoption to its end.
final class PluginRun {
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration STOP_TAKES = Duration.ofSeconds(10);
    private static final Duration KILL_TAKES = Duration.ofSeconds(20);

    private final String name;
    private final Watch watch;
    private final Path directory;

    /// @param directory of the watch
    PluginRun(String name, Watch watch, Path directory) {
        this.name = name;
        this.watch = watch;
        this.directory = directory;
    }

    Watch watch() {
        return watch;
    }

    /// Returns when somebody listens at the socket; [Unavailable] when the plugin ends before or takes too long.
    void awaitReady(Path socket, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!listens(socket)) {
            if (watch.exited().isDone()) {
                throw new Unavailable(
                        "enable plugin " + name,
                        "it ended before it listened at its socket " + socket.getFileName(),
                        "look at its log");
            }
            if (System.nanoTime() > deadline) {
                throw new Unavailable(
                        "enable plugin " + name,
                        "nobody listens at its socket " + socket.getFileName() + " after " + patience.toSeconds()
                                + " s",
                        "look at its log, or give it more time with --timeout");
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable("enable plugin " + name, "the thread was interrupted", "ask again", e);
            }
        }
    }

    /// Never blocks: a plugin that does not accept has not listened, or hangs.
    private static boolean listens(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /// Asks it to end, then kills it. Returns when it has ended; [Unavailable] when it does not even then.
    void stop() {
        signal(Signals.TERM);
        if (!ended(STOP_TAKES)) {
            signal(Signals.KILL);
            if (!ended(KILL_TAKES)) {
                throw new Unavailable(
                        "disable plugin " + name,
                        "it has not ended within " + KILL_TAKES.toSeconds() + " s of SIGKILL",
                        "see whether its processes hang in the kernel");
            }
        }
    }

    private void signal(int signal) {
        try {
            watch.signal(signal);
        } catch (GantryException gone) {
            // It has ended in this moment, which is what is wanted.
            return;
        }
    }

    private boolean ended(Duration patience) {
        try {
            watch.exited().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException lost) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("disable plugin " + name, "the thread was interrupted", "ask again", e);
        }
    }

    /// After the end: the directory of the watch goes once the watch has left, for it removes its socket by name.
    void clear() {
        try {
            watch.gone().get(KILL_TAKES.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return; // the next engine clears it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        watch.close();
        Watches.clear(directory);
    }
}
