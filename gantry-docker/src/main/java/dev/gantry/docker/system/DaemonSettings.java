package dev.gantry.docker.system;

import dev.gantry.docker.container.ContainerDefaults;
import java.util.List;
import java.util.Map;

/// What the daemon was told that the API acts upon or shows; it may change while the daemon runs.
///
/// @param httpProxy for requests of the engine, as are `httpsProxy` and `noProxy`; empty: none
/// @param networkOptions that new networks have unless they say otherwise, by driver
public record DaemonSettings(
        ContainerDefaults containers,
        List<String> labels,
        boolean debug,
        String httpProxy,
        String httpsProxy,
        String noProxy,
        List<String> insecureRegistries,
        List<String> mirrors,
        Map<String, Map<String, String>> networkOptions) {
    public static final DaemonSettings NONE =
            new DaemonSettings(ContainerDefaults.NONE, List.of(), false, "", "", "", List.of(), List.of(), Map.of());

    public DaemonSettings {
        labels = List.copyOf(labels);
        insecureRegistries = List.copyOf(insecureRegistries);
        mirrors = List.copyOf(mirrors);
        networkOptions = Map.copyOf(networkOptions);
    }
}
