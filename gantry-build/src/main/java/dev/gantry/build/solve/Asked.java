package dev.gantry.build.solve;

import dev.gantry.base.NotFound;
import dev.gantry.build.context.SourceTree;
import dev.gantry.images.registry.Credentials;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What whoever asks for a build has, and how it is to be done.
///
/// @param sources directories by their names
/// @param secrets by their ids
/// @param credentials by the domain of a registry
/// @param time of all that is written; empty: that of the base
/// @param ignoreCache everything is done again
public record Asked(
        Map<String, SourceTree> sources,
        Map<String, byte[]> secrets,
        Function<String, Credentials> credentials,
        Optional<Instant> time,
        boolean ignoreCache) {
    public Asked {
        sources = Map.copyOf(sources);
        secrets = Map.copyOf(secrets);
    }

    public SourceTree source(String name) {
        SourceTree tree = sources.get(name);
        if (tree == null) {
            throw new NotFound("use the directory " + name, "it did not come with the build", "send it with the build");
        }
        return tree;
    }
}
