package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// A container as it was when it was asked for. `spec` is what runs, with the image's configuration merged in.
public record Container(
        ContainerId id,
        String name,
        ContainerSpec spec,
        String imageId,
        Instant created,
        ContainerState state,
        History history,
        Files files) {

    /// `startedAt` and `exit` tell of the latest run, also while the next one is on. `restarts` counts those by policy.
    /// `stopped`: a user asked for the latest end. `error`: why the latest start failed, or empty.
    public record History(
            Optional<Instant> startedAt, Optional<Exit> exit, int restarts, boolean stopped, String error) {
        static final History NONE = new History(Optional.empty(), Optional.empty(), 0, false, "");
    }

    /// Where its files are. `log` is there once it has run with a log of the kind JSON_FILE.
    public record Files(Path directory, Path log, Path hostname, Path hosts, Path resolvConf) {
        /// Where the watch writes a log that is so kept.
        public Path log(ContainerSpec.LogConfig how) {
            return switch (how.kind()) {
                case JSON_FILE, NONE -> log;
                case TEXT -> directory.resolve(how.isForwarded() ? "container-cached.log" : "container.log");
            };
        }

        static Files in(Path containers, ContainerId id) {
            Path d = containers.resolve(id.hex());
            return new Files(
                    d,
                    d.resolve(id.hex() + "-json.log"),
                    d.resolve("hostname"),
                    d.resolve("hosts"),
                    d.resolve("resolv.conf"));
        }
    }

    /// The images that it needs: the one it was made of, and those that it has mounted.
    public Set<String> images() {
        Set<String> all = new HashSet<>(Set.of(imageId));
        spec.mounts().images().forEach(i -> all.add(i.id()));
        return all;
    }

    public boolean isRunning() {
        return state instanceof ContainerState.Running;
    }

    public boolean isPaused() {
        return state instanceof ContainerState.Running r && r.paused();
    }

    /// The process, or 0.
    public int pid() {
        return state instanceof ContainerState.Running r ? r.pid() : 0;
    }
}
