package dev.gantry.daemon;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.SocketDialer;
import dev.gantry.api.container.ContainerSummary;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Parallel;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `gantry daemon stop`: asks the daemon of a data root to leave, and waits until it has. Its containers run on, or are
/// stopped first with their own signals and timeouts.
final class DaemonStop {
    private static final int AT_A_TIME = 16;
    private static final long PATIENCE_SECONDS = 30;
    private static final long NO_LIMIT = -1;
    private static final Logger LOG = LoggerFactory.getLogger(DaemonStop.class);

    private DaemonStop() {}

    static void run(List<String> args, UsualPlaces usual) {
        boolean containers = false;
        List<String> others = new ArrayList<>();
        for (String arg : args) {
            if (arg.equals("--containers")) {
                containers = true;
            } else {
                others.add(arg);
            }
        }
        DaemonFlags flags = DaemonFlags.parse(others, usual);
        ProcessHandle daemon = holder(flags.dataRoot());
        if (containers) {
            DaemonFlags its = itsFlags(daemon);
            stopContainers(its.sockets(), its.settings().number("shutdown-timeout", NO_LIMIT));
        }
        daemon.destroy();
        awaitEnd(daemon);
    }

    /// The process that holds the lock of the data root. Its pid is in the lock's file; the pid of a daemon that
    /// crashed is still there, so the process must also be a daemon, and one of this root.
    private static ProcessHandle holder(Path dataRoot) {
        Path lock = dataRoot.resolve("lock");
        try {
            String pid = Files.exists(lock) ? Files.readString(lock).strip() : "";
            if (pid.matches("[0-9]{1,10}")) {
                var handle = ProcessHandle.of(Long.parseLong(pid)).filter(p -> isDaemonOf(p, dataRoot));
                if (handle.isPresent()) {
                    return handle.get();
                }
            }
        } catch (IOException e) {
            throw new Internal("read " + lock, String.valueOf(e), "ask as root", e);
        }
        throw new NotFound("stop the daemon", "none runs on " + dataRoot, "name another with --data-root");
    }

    private static boolean isDaemonOf(ProcessHandle process, Path dataRoot) {
        return words(process.pid()).contains(Main.class.getName())
                && itsFlags(process).dataRoot().equals(dataRoot);
    }

    /// What that very daemon was told, by its own command line: the socket of another would stop another's containers.
    private static DaemonFlags itsFlags(ProcessHandle daemon) {
        List<String> words = words(daemon.pid());
        List<String> args = words.subList(words.indexOf(Main.class.getName()) + 1, words.size());
        return DaemonFlags.parse(DaemonFlags.strip(args), environment(daemon, "GANTRY_ROOT"));
    }

    private static String environment(ProcessHandle daemon, String name) {
        for (String variable : split(Path.of("/proc", Long.toString(daemon.pid()), "environ"))) {
            if (variable.startsWith(name + "=")) {
                return variable.substring(name.length() + 1);
            }
        }
        return "";
    }

    private static List<String> words(long pid) {
        return split(Path.of("/proc", Long.toString(pid), "cmdline"));
    }

    private static List<String> split(Path file) {
        try {
            return List.of(Files.readString(file).split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }

    /// @param seconds after which those that still run are killed; negative: each has the time that it asks for
    private static void stopContainers(List<Path> sockets, long seconds) {
        if (sockets.isEmpty()) {
            throw new Unavailable(
                    "stop the containers",
                    "the daemon has no Unix socket of its own to ask it by",
                    "stop them with a client, then the daemon");
        }
        var socket = new EngineAddress.Unix(sockets.getFirst().toString());
        Thread limit = Thread.startVirtualThread(() -> killAfter(seconds, socket));
        try (EngineClient client = new EngineClient(new SocketDialer(socket))) {
            Parallel.map(running(client), AT_A_TIME, id -> {
                client.stopContainer(id, "", "");
                return id;
            });
        } catch (IOException e) {
            throw new Unavailable("stop the containers", String.valueOf(e.getMessage()), "look at the daemon's log", e);
        } finally {
            limit.interrupt();
        }
    }

    private static List<String> running(EngineClient client) {
        return client.containers(false, "", false, "").stream()
                .map(ContainerSummary::id)
                .toList();
    }

    /// Those that wait for their own timeouts end by this.
    private static void killAfter(long seconds, EngineAddress socket) {
        if (seconds < 0) {
            return;
        }
        try {
            Thread.sleep(Duration.ofSeconds(seconds));
        } catch (InterruptedException e) {
            return; // all have ended
        }
        try (EngineClient client = new EngineClient(new SocketDialer(socket))) {
            for (String id : running(client)) {
                try {
                    client.killContainer(id, "KILL");
                } catch (GantryException ended) {
                    LOG.debug("container={} it has ended: {}", id, ended.getMessage());
                }
            }
        } catch (IOException e) {
            LOG.warn("containers=not killed why=\"{}\"", e.toString());
        }
    }

    private static void awaitEnd(ProcessHandle daemon) {
        try {
            daemon.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Unavailable(
                    "stop the daemon",
                    "process " + daemon.pid() + " has not ended after " + PATIENCE_SECONDS + " s",
                    "look at its log",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidArgument("stop the daemon", "it was interrupted", "ask again", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a process is never a failure", e);
        }
    }
}
