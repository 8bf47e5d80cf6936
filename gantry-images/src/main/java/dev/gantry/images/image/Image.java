package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.images.snapshot.ChainId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// One image for one platform, ready to run.
public record Image(Id id, Config config, Source source) {

    /// The digest of the configuration, as `docker images` shows it. For a directory: the SHA-256 of `dir:` and its
    /// path.
    public record Id(Digest digest) {}

    public sealed interface Source {
        /// Chain ids from the topmost layer to the base.
        record Layers(List<ChainId> chains) implements Source {
            public Layers {
                chains = List.copyOf(chains);
            }
        }

        record Directory(Path path) implements Source {}
    }

    /// What of OCI image-spec 1.1 §config a container starts with.
    public record Config(
            List<String> env,
            List<String> entrypoint,
            List<String> cmd,
            String user,
            String workingDir,
            String stopSignal,
            Map<String, String> labels,
            List<String> volumes,
            List<String> exposedPorts,
            Health health) {
        public Config {
            env = List.copyOf(env);
            entrypoint = List.copyOf(entrypoint);
            cmd = List.copyOf(cmd);
            labels = Map.copyOf(labels);
            volumes = List.copyOf(volumes);
            exposedPorts = List.copyOf(exposedPorts);
        }

        /// An image that says nothing.
        public static final Config EMPTY =
                new Config(List.of(), List.of(), List.of(), "", "", "", Map.of(), List.of(), List.of(), Health.NONE);
    }

    /// How the health of its containers is checked. Durations are nanoseconds; 0 and an empty test say nothing.
    public record Health(
            List<String> test,
            long intervalNanos,
            long timeoutNanos,
            long startPeriodNanos,
            long startIntervalNanos,
            int retries) {
        public static final Health NONE = new Health(List.of(), 0, 0, 0, 0, 0);

        public Health {
            test = List.copyOf(test);
        }
    }
}
