package dev.gantry.build;

import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.Op;
import dev.gantry.images.registry.Credentials;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A build of a Dockerfile.
///
/// @param context its files; the builder closes it
/// @param dockerfile where it is among them
/// @param limits `name=value`, as [Op.Process] has them
/// @param credentials by the domain of a registry
public record BuildRequest(
        SourceTree context,
        String dockerfile,
        String target,
        Map<String, String> arguments,
        Map<String, String> labels,
        Platform platform,
        Op.Pull pull,
        boolean noCache,
        Op.Network network,
        List<String> hosts,
        List<String> limits,
        List<Reference.Tagged> names,
        Function<String, Credentials> credentials) {
    public BuildRequest {
        arguments = Map.copyOf(arguments);
        labels = Map.copyOf(labels);
        hosts = List.copyOf(hosts);
        limits = List.copyOf(limits);
        names = List.copyOf(names);
    }
}
