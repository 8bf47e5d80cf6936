package dev.gantry.buildkit.control;

import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.BuildRequest;
import dev.gantry.build.output.Made;
import dev.gantry.build.share.RegistryCaches;
import dev.gantry.build.solve.FarCache;
import dev.gantry.build.solve.Result;
import dev.gantry.buildkit.session.Belongings;
import dev.gantry.images.image.Layers;
import dev.gantry.images.registry.Credentials;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// The caches at registries of one build. One that cannot be had is a warning.
final class JobCaches implements FarCache {
    private final RegistryCaches caches;
    private final Belongings belongings;
    private final Progress progress;
    private final List<FarCache> open = new CopyOnWriteArrayList<>();

    /// Guarded by itself.
    private final Set<String> asked = new HashSet<>();

    JobCaches(RegistryCaches caches, Belongings belongings, Progress progress) {
        this.caches = caches;
        this.belongings = belongings;
        this.progress = progress;
    }

    /// From now on it is asked; once, however often it is named.
    void add(Reference name, Platform platform) {
        synchronized (asked) {
            if (!asked.add(name + " " + platform)) {
                return;
            }
        }
        try (Progress.Step step = progress.step("importing cache manifest from " + name.familiar())) {
            try {
                open.add(caches.open(name, platform, credentials(name)));
            } catch (GantryException e) {
                progress.warned(step, "the cache " + name.familiar() + " is left out: " + e.getMessage());
            }
        }
    }

    @Override
    public Optional<List<Result.Root>> find(Digest key, Layers.Hold hold) {
        return open.stream().flatMap(far -> far.find(key, hold).stream()).findFirst();
    }

    /// Returns when the registry has it.
    void push(BuildRequest.To to, Map<Digest, List<Result.Root>> records, Made made) {
        try (Progress.Step step = progress.step("exporting cache to registry")) {
            try {
                Digest digest = caches.push(to.name(), to.mode(), records, made.result(), credentials(to.name()));
                step.done("writing cache manifest " + digest, 0);
            } catch (GantryException e) {
                if (!to.optional()) {
                    step.failed(String.valueOf(e.getMessage()));
                    throw e;
                }
                progress.warned(step, "the cache " + to.name().familiar() + " is not written: " + e.getMessage());
            }
        }
    }

    private Credentials credentials(Reference name) {
        return belongings.credentials(name.repository().domain());
    }
}
