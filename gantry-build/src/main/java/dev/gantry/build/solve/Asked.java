package dev.gantry.build.solve;

import dev.gantry.images.registry.Credentials;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What whoever asks for a build has, and how it is to be done.
///
/// @param credentials by the domain of a registry
/// @param time of all that is written; empty: that of the base
/// @param ignoreCache everything is done again
/// @param far caches that are asked in their order for what is not known here
public record Asked(
        Sources sources,
        Lent lent,
        Function<String, Credentials> credentials,
        Optional<Instant> time,
        boolean ignoreCache,
        List<FarCache> far) {
    public Asked {
        far = List.copyOf(far);
    }

    /// One that knows of no caches elsewhere.
    public Asked(
            Sources sources,
            Lent lent,
            Function<String, Credentials> credentials,
            Optional<Instant> time,
            boolean ignoreCache) {
        this(sources, lent, credentials, time, ignoreCache, List.of());
    }

    public Asked with(Lent other) {
        return new Asked(sources, other, credentials, time, ignoreCache, far);
    }

    public Asked at(Optional<Instant> other) {
        return new Asked(sources, lent, credentials, other, ignoreCache, far);
    }
}
