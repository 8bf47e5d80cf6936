package dev.gantry.runtime.oci;

import dev.gantry.runtime.plan.Step;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a plan needs besides the configuration: the host, where the root comes from, how the container is watched.
///
/// @param root what becomes `/`
/// @param attachPoint an existing directory of the host, over which the root is attached in the container's namespace
/// @param cgroupPath where the container's groups are made, relative to each hierarchy (`gantry/<id>`); empty: none.
///     A configuration with `linux.cgroupsPath` has its own
/// @param covers paths inside the container that must show nothing: they are ours on the host and the root has them
/// @param underInit whether the program runs under an init of ours, which reaps what it leaves
/// @param joins by namespace type (`network`, `pid`, …): whose namespace is meant where the configuration gives a path
/// @param handover how the container's own network is connected from outside; null: it is not
public record LaunchContext(
        HostFacts host,
        Root root,
        String attachPoint,
        String cgroupPath,
        WatchOptions watch,
        List<String> covers,
        boolean underInit,
        Map<String, Peer> joins,
        @Nullable Handover handover) {

    public LaunchContext {
        covers = List.copyOf(covers);
        joins = Map.copyOf(joins);
    }

    /// A context with nothing to cover and nothing to join.
    public LaunchContext(HostFacts host, Root root, String attachPoint, String cgroupPath, WatchOptions watch) {
        this(host, root, attachPoint, cgroupPath, watch, List.of(), false, Map.of(), null);
    }

    public LaunchContext withCovers(List<String> paths) {
        return new LaunchContext(host, root, attachPoint, cgroupPath, watch, paths, underInit, joins, handover);
    }

    public LaunchContext withInit(boolean on) {
        return new LaunchContext(host, root, attachPoint, cgroupPath, watch, covers, on, joins, handover);
    }

    public LaunchContext withJoins(Map<String, Peer> peers) {
        return new LaunchContext(host, root, attachPoint, cgroupPath, watch, covers, underInit, peers, handover);
    }

    public LaunchContext withHandover(Handover how) {
        return new LaunchContext(host, root, attachPoint, cgroupPath, watch, covers, underInit, joins, how);
    }

    /// Without anything that a run has beside its files.
    public LaunchContext filesOnly() {
        return new LaunchContext(host, root, attachPoint, "", WatchOptions.NONE, covers, false, Map.of(), null);
    }

    /// The engine makes the interfaces of the container, while the container is being made.
    ///
    /// @param resolver whether the watch binds sockets for a name server inside
    /// @param patience how long the engine may take
    /// @param before sysctls by name, in order, for interfaces that are still to come
    /// @param after those of the interfaces that then are there
    public record Handover(boolean resolver, Duration patience, Map<String, String> before, Map<String, String> after) {
        public Handover {
            before = Collections.unmodifiableMap(new LinkedHashMap<>(before));
            after = Collections.unmodifiableMap(new LinkedHashMap<>(after));
        }
    }

    /// Where the container's root comes from.
    public sealed interface Root {
        /// An overlay mount, made detached: topmost lower first; an empty upper makes it read-only.
        record Overlay(List<String> lowers, String upper, String work, List<String> options) implements Root {
            public Overlay {
                lowers = List.copyOf(lowers);
                options = List.copyOf(options);
            }

            public Overlay(List<String> lowers, String upper, String work) {
                this(lowers, upper, work, List.of());
            }
        }

        /// A directory of the host with all that is mounted below it.
        record Directory(String path) implements Root {}
    }

    /// A process named for ever: its pid and its start time in clock ticks.
    public record Peer(long pid, long startTime) {}

    /// What the watch shall do. The defaults do nothing.
    ///
    /// @param exitRecord path of the exit record; empty: none is written
    /// @param stdin a constant of `Step.Stdin`
    /// @param orphan the command that is run when the container ends unseen; empty: none
    /// @param release further release steps, run after the container's groups are gone
    /// @param logAttributes a JSON object that each record of a json-file carries; empty: none
    public record WatchOptions(
            Step.@Nullable Log log,
            String exitRecord,
            long stdin,
            @Nullable Peer tiedTo,
            List<String> orphan,
            List<Step> release,
            String logAttributes) {
        public static final WatchOptions NONE =
                new WatchOptions(null, "", Step.Stdin.NONE, null, List.of(), List.of(), "");

        public WatchOptions {
            orphan = List.copyOf(orphan);
            release = List.copyOf(release);
        }

        public WatchOptions withLog(Step.Log to) {
            return new WatchOptions(to, exitRecord, stdin, tiedTo, orphan, release, logAttributes);
        }

        /// A JSON object that each record of a json-file carries; empty: none.
        public WatchOptions withLogAttributes(String object) {
            return new WatchOptions(log, exitRecord, stdin, tiedTo, orphan, release, object);
        }

        public WatchOptions withExitRecord(String path) {
            return new WatchOptions(log, path, stdin, tiedTo, orphan, release, logAttributes);
        }

        public WatchOptions withStdin(long mode) {
            return new WatchOptions(log, exitRecord, mode, tiedTo, orphan, release, logAttributes);
        }

        public WatchOptions withTiedTo(Peer owner) {
            return new WatchOptions(log, exitRecord, stdin, owner, orphan, release, logAttributes);
        }

        public WatchOptions withOrphan(List<String> argv) {
            return new WatchOptions(log, exitRecord, stdin, tiedTo, argv, release, logAttributes);
        }

        public WatchOptions withRelease(List<Step> steps) {
            return new WatchOptions(log, exitRecord, stdin, tiedTo, orphan, steps, logAttributes);
        }
    }
}
