package dev.gantry.docker.system;

import dev.gantry.docker.container.ContainerDefaults;
import java.util.List;
import java.util.Map;

/// What the daemon was told that the API acts upon or shows; it may change while the daemon runs.
///
/// @param networkOptions that new networks have unless they say otherwise, by driver
/// @param experimental whether there is what dockerd calls so: checkpoints
public record DaemonSettings(
        ContainerDefaults containers,
        List<String> labels,
        boolean debug,
        List<String> insecureRegistries,
        List<String> mirrors,
        Map<String, Map<String, String>> networkOptions,
        boolean experimental) {
    public static final DaemonSettings NONE =
            new DaemonSettings(ContainerDefaults.NONE, List.of(), false, List.of(), List.of(), Map.of(), false);

    public DaemonSettings {
        labels = List.copyOf(labels);
        insecureRegistries = List.copyOf(insecureRegistries);
        mirrors = List.copyOf(mirrors);
        networkOptions = Map.copyOf(networkOptions);
    }
}
