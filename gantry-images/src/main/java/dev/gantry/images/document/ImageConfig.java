package dev.gantry.images.document;

import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The configuration of an image. OCI image-spec 1.1 §config. `created` is the epoch when the document
/// says nothing.
public record ImageConfig(
        Instant created, String author, Platform platform, Run run, List<Digest> diffIds, List<History> history) {
    public ImageConfig {
        diffIds = List.copyOf(diffIds);
        history = List.copyOf(history);
    }

    /// What a container starts with.
    public record Run(
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
        public Run {
            env = List.copyOf(env);
            entrypoint = List.copyOf(entrypoint);
            cmd = List.copyOf(cmd);
            labels = Map.copyOf(labels);
            volumes = List.copyOf(volumes);
            exposedPorts = List.copyOf(exposedPorts);
        }
    }

    /// Docker's `Healthcheck`. Durations are nanoseconds; 0 and an empty test say nothing.
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

    public record History(Instant created, String createdBy, String author, String comment, boolean emptyLayer) {}
}
