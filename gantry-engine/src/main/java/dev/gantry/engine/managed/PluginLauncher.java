package dev.gantry.engine.managed;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.LaunchErrors;
import dev.gantry.engine.container.Releases;
import dev.gantry.engine.container.Watches;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Stat;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.oci.LaunchContext.WatchOptions;
import dev.gantry.runtime.oci.LinuxSpec;
import dev.gantry.runtime.oci.PlanCompiler;
import dev.gantry.runtime.oci.RuntimeSpec;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.watch.LaunchOutcome;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts and ends plugins as containers of their own kind, and finds those that an earlier engine left running.
final class PluginLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(PluginLauncher.class);
    private static final long LOG_BYTES = 1 << 20;
    private static final int ID_DIGITS = 16;

    private final Linux linux;
    private final HostFacts host;
    private final Watches watches;
    private final Releases releases;
    private final PluginDirectory directories;
    private final Path run;
    private final Path attachPoint;
    private final String cgroup;
    private final PlanCompiler compiler = new PlanCompiler();

    /// @param run below the run root; names in it are short, for the sockets
    /// @param attachPoint an empty directory over which roots are attached
    PluginLauncher(
            Linux linux,
            HostFacts host,
            Watches watches,
            Releases releases,
            PluginDirectory directories,
            Path run,
            Path attachPoint,
            String cgroup) {
        this.linux = linux;
        this.host = host;
        this.watches = watches;
        this.releases = releases;
        this.directories = directories;
        this.run = run;
        this.attachPoint = attachPoint;
        this.cgroup = cgroup;
    }

    /// The directory in which the plugin puts its socket.
    Path sockets(String id) {
        return run.resolve("s").resolve(id.substring(0, ID_DIGITS));
    }

    /// The directory of the pipes that it reads if it is a log driver.
    Path logging(String id) {
        return run.resolve("l").resolve(id.substring(0, ID_DIGITS));
    }

    /// The directory in which it finds metrics if it collects them.
    Path metrics(String id) {
        return run.resolve("m").resolve(id.substring(0, ID_DIGITS));
    }

    private Path watch(String id) {
        return run.resolve("w").resolve(id.substring(0, ID_DIGITS));
    }

    /// Starts it. What fails leaves nothing behind.
    PluginRun launch(StoredPlugin plugin, PluginConfig config, PluginSettings settings) {
        String what = "enable plugin " + plugin.name();
        settings.unset().ifPresent(name -> {
            throw new InvalidArgument(
                    what, "its setting \"" + name + "\" has no value", "set it with plugin set " + plugin.name());
        });
        Path sockets = sockets(plugin.id());
        Path watchDirectory = watch(plugin.id());
        requireNoWatch(what, watchDirectory);
        try {
            Files.createDirectories(watchDirectory.getParent());
            Files.createDirectories(sockets);
            Files.createDirectories(logging(plugin.id()));
            if (config.is(PluginKind.METRICS.type())) {
                Files.createDirectories(metrics(plugin.id()).resolve("plugins"));
                Files.createDirectories(metrics(plugin.id()).resolve("logging"));
            }
            Files.deleteIfExists(sockets.resolve(config.socket()));
        } catch (IOException e) {
            throw new Internal(what, String.valueOf(e), "look at the file system of the run root", e);
        }
        Path shared = config.propagatedMount().isEmpty()
                ? directories.propagated(plugin.id())
                : directories.share(plugin.id());
        try {
            RuntimeSpec spec = PluginSpec.of(
                    plugin.id(),
                    config,
                    settings,
                    new PluginSpec.Places(sockets, shared, logging(plugin.id()), metrics(plugin.id())),
                    host,
                    this::device);
            LaunchPlan plan = compiler.compile(spec, context(plugin));
            Watch watch = watches.spawnIn(watchDirectory);
            var started = new PluginRun(plugin.name(), watch, watchDirectory);
            try {
                switch (watch.launch(PlanCodec.encode(plan))) {
                    case LaunchOutcome.Started _ -> {
                        return started;
                    }
                    case LaunchOutcome.Failed failed -> throw LaunchErrors.of(what, plan, failed);
                }
            } catch (RuntimeException e) {
                watch.close();
                Watches.clear(watchDirectory);
                throw e;
            }
        } catch (RuntimeException e) {
            directories.unshare(plugin.id());
            throw e;
        }
    }

    /// The directory of a watch that died is cleared; one that is alive keeps its own.
    private static void requireNoWatch(String what, Path directory) {
        try {
            Watch.connect(directory).close();
        } catch (Unavailable dead) {
            Watches.clear(directory);
            return;
        }
        throw new Conflict(what, "its last run has not ended yet", "see whether its processes hang in the kernel");
    }

    private LaunchContext context(StoredPlugin plugin) {
        var log = new Step.Log(Step.Log.JSON_FILE, directories.log(plugin.id()).toString(), LOG_BYTES, 2, false);
        return new LaunchContext(
                host,
                new LaunchContext.Root.Directory(directories.rootfs(plugin).toString()),
                attachPoint.toString(),
                cgroup + "/" + plugin.id(),
                WatchOptions.NONE.withLog(log));
    }

    private LinuxSpec.Device device(String path) {
        String what = "give the device " + path + " to a plugin";
        try {
            Stat stat = linux.attributes().stat(Fd.CWD, path);
            if (stat.type() != FileType.CHARACTER_DEVICE && stat.type() != FileType.BLOCK_DEVICE) {
                throw new InvalidArgument(what, "it is no device", "name a device of the host");
            }
            return new LinuxSpec.Device(
                    stat.type() == FileType.BLOCK_DEVICE ? "b" : "c",
                    path,
                    stat.nodeMajor(),
                    stat.nodeMinor(),
                    (long) stat.mode(),
                    Integer.toUnsignedLong(stat.uid()),
                    Integer.toUnsignedLong(stat.gid()));
        } catch (LinuxError e) {
            throw new NotFound(what, String.valueOf(e.getMessage()), "name a device of the host", e);
        }
    }

    /// One that runs since an earlier engine.
    Optional<PluginRun> adopt(StoredPlugin plugin) {
        Path directory = watch(plugin.id());
        if (!Files.exists(directory.resolve("s"))) {
            return Optional.empty();
        }
        try {
            Watch watch = Watch.connect(directory);
            if (watch.greeting().state() == Watch.State.RUNNING) {
                watch.subscribe();
                return Optional.of(new PluginRun(plugin.name(), watch, directory));
            }
            watch.close();
        } catch (Unavailable | Conflict ended) {
            LOG.debug("plugin name={} has ended meanwhile", plugin.name());
        }
        return Optional.empty();
    }

    /// Takes away whatever may be left of a run, or of an attempt.
    void clean(String id) {
        releases.release(id);
        directories.unshare(id);
    }

    /// The same for one that an earlier engine left, and whose watch may still be there.
    void forget(String id) {
        clean(id);
        try {
            Watches.clear(watch(id));
        } catch (GantryException e) {
            LOG.warn("watch directory of plugin id={} left: {}", id, e.getMessage());
        }
    }

    /// What it had below the run root.
    void removeSockets(String id) {
        removeFiles(id, sockets(id));
        removeFiles(id, logging(id));
        removeFiles(id, metrics(id));
    }

    private static void removeFiles(String id, Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            LOG.warn("files of plugin id={} left in {}: {}", id, directory, e.toString());
        }
    }
}
