package dev.gantry.engine.exec;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.engine.container.Places;
import dev.gantry.engine.container.Releases;
import dev.gantry.engine.container.RootFiles;
import dev.gantry.engine.container.Running;
import dev.gantry.engine.container.Signals;
import dev.gantry.engine.container.UserLookup;
import dev.gantry.engine.container.Watches;
import dev.gantry.linux.Linux;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.JoinPlan;
import dev.gantry.runtime.oci.LaunchContext.Peer;
import dev.gantry.runtime.oci.LaunchContext.WatchOptions;
import dev.gantry.runtime.oci.ProcessSpec;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the watch and the plan of an exec.
public final class ExecLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(ExecLauncher.class);

    private final Watches watches;
    private final Places places;
    private final HostFacts host;
    private final RootFiles rootFiles;
    private final Releases releases;
    private final Peer self;

    public ExecLauncher(Watches watches, Places places, HostFacts host, RootFiles rootFiles, Linux linux) {
        this.watches = watches;
        this.places = places;
        this.host = host;
        this.rootFiles = rootFiles;
        this.releases = new Releases(linux, host.cgroups(), places.groups());
        this.self = self();
    }

    private static Peer self() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return new Peer(ProcessHandle.current().pid(), Long.parseLong(fields[19]));
        } catch (IOException e) {
            throw new Internal("find out who this process is", String.valueOf(e), "see whether /proc is mounted", e);
        }
    }

    Path directory(ContainerId exec) {
        return places.watch(exec);
    }

    /// With the container's id beside it, for an engine that finds it and knows nothing of it.
    Watch watch(Path directory, ContainerId container) {
        Watch watch = watches.spawnIn(directory);
        try {
            Files.writeString(directory.resolve(Places.EXEC_FILE), container.hex());
            return watch;
        } catch (IOException e) {
            clear(directory, watch);
            throw new Internal(
                    "prepare exec in " + directory, String.valueOf(e), "look at the disk of the run root", e);
        }
    }

    void clear(Path directory, Watch watch) {
        watch.close();
        try {
            Watches.clear(directory);
        } catch (GantryException e) {
            LOG.warn("watch directory left: {}", e.getMessage());
        }
    }

    /// `own`: an exec of this id that ends with us, in a group of its own.
    LaunchPlan tied(Running container, ExecSpec spec, ContainerId own) {
        var options = WatchOptions.NONE.withTiedTo(self);
        return JoinPlan.apart(
                container.plan(), container.init(), exec(container, spec, 0, 0), host, options, own.shortHex());
    }

    /// Kills all that a tied exec has started.
    void kill(Running container, ContainerId own, Watch watch) {
        if (JoinPlan.killable(container.plan()).isPresent()) {
            releases.release(container.id().hex() + "/" + own.shortHex());
        } else {
            watch.signal(Signals.KILL);
        }
    }

    LaunchPlan plan(Running container, ExecSpec spec, int rows, int columns) {
        var options = WatchOptions.NONE.withStdin(spec.openStdin() ? Step.Stdin.ONCE : Step.Stdin.NONE);
        return JoinPlan.of(container.plan(), container.init(), exec(container, spec, rows, columns), host, options);
    }

    private JoinPlan.Exec exec(Running container, ExecSpec spec, int rows, int columns) {
        UserLookup.@Nullable Identity who = spec.user().isEmpty()
                ? null
                : UserLookup.resolve(
                        spec.user(),
                        List.of(),
                        rootFiles.read(container.root(), "etc/passwd"),
                        rootFiles.read(container.root(), "etc/group"));
        return new JoinPlan.Exec(
                spec.args(),
                env(container.plan(), spec, who),
                spec.workingDir(),
                user(container.plan(), who),
                spec.tty(),
                rows > 0 ? new ProcessSpec.ConsoleSize(rows, columns) : null,
                spec.privileged());
    }

    private static ProcessSpec.User user(LaunchPlan plan, UserLookup.@Nullable Identity who) {
        if (who != null) {
            return ProcessSpec.User.of(who.uid(), who.gid(), who.groups());
        }
        for (Step step : plan.steps()) {
            if (step instanceof Step.Identity i) {
                return ProcessSpec.User.of(
                        i.uid(), i.gid(), i.groups().stream().map(Long::valueOf).toList());
            }
        }
        throw new IllegalStateException("a container's plan says who its process is");
    }

    /// The container's, with a home of the other user, then what was asked for.
    private static List<String> env(LaunchPlan plan, ExecSpec spec, UserLookup.@Nullable Identity who) {
        Map<String, String> env = new LinkedHashMap<>();
        for (Step step : plan.steps()) {
            if (step instanceof Step.Exec e) {
                e.environment().forEach(v -> put(env, v));
            }
        }
        if (who != null) {
            env.put("HOME", who.home());
        }
        if (spec.tty()) {
            env.putIfAbsent("TERM", "xterm");
        }
        spec.env().forEach(v -> put(env, v));
        return env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private static void put(Map<String, String> env, String variable) {
        int equals = variable.indexOf('=');
        if (equals > 0) {
            env.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
    }
}
