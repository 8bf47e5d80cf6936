package dev.gantry.build.share;

import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.solve.FarCache;
import dev.gantry.build.solve.Result;
import dev.gantry.images.image.LayerShare;
import dev.gantry.images.image.Layers;
import dev.gantry.images.registry.Credentials;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What steps have made, at registries.
public final class RegistryCaches {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryCaches.class);

    private final LayerShare share;
    private final Layers layers;

    public RegistryCaches(LayerShare share, Layers layers) {
        this.share = share;
        this.layers = layers;
    }

    /// Which steps go there.
    public enum Mode {
        /// Those that the result is made of.
        MIN,
        /// Also those of stages that are only copied from.
        MAX
    }

    /// Returns when the registry has it.
    ///
    /// @param result of the build
    public Digest push(
            Reference.Tagged name,
            Mode mode,
            Map<Digest, List<Result.Root>> records,
            Result result,
            Credentials credentials) {
        var steps = new Steps(mode == Mode.MAX ? records : below(result, records));
        return share.push(name, new LayerShare.Shared(Steps.TYPE, steps.document(), steps.layers()), credentials);
    }

    /// For the configuration of an image: what its own steps have made.
    public static Map<String, Object> inline(Map<Digest, List<Result.Root>> records, Result result) {
        return Inline.fields(below(result, records));
    }

    private static Map<Digest, List<Result.Root>> below(Result result, Map<Digest, List<Result.Root>> records) {
        List<Layers.Layer> whole = result instanceof Result.Root root ? root.layers() : List.of();
        return records.entrySet().stream()
                .filter(e -> e.getValue().stream().allMatch(root -> begins(whole, root.layers())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static boolean begins(List<Layers.Layer> whole, List<Layers.Layer> start) {
        return start.size() <= whole.size() && whole.subList(0, start.size()).equals(start);
    }

    /// What was pushed under the name: a cache, or an image that says what its steps have made; another image knows
    /// nothing. Layers come when a step needs them.
    public FarCache open(Reference name, Platform platform, Credentials credentials) {
        LayerShare.Found found = share.find(name, platform, credentials);
        Map<Digest, List<Result.Root>> known = found.shared().type().equals(Steps.TYPE)
                ? Steps.read(found.shared().document(), name.familiar()).known()
                : Inline.read(found.config(), found.layers());
        return (key, hold) -> Optional.ofNullable(known.get(key)).filter(roots -> brought(roots, found, hold));
    }

    /// A cache that fails is one that knows nothing: the step is done.
    private boolean brought(List<Result.Root> roots, LayerShare.Found found, Layers.Hold hold) {
        try (LayerShare.Hold meanwhile = share.hold()) {
            for (Result.Root root : roots) {
                hold.add(root.layers());
                if (!layers.contains(root.layers())) {
                    root.layers().forEach(layer -> found.fetch(layer.blob().digest(), meanwhile));
                    layers.unpack(root.layers());
                }
            }
            return true;
        } catch (GantryException e) {
            LOG.warn("a cache of builds does not help: {}", e.getMessage());
            return false;
        }
    }
}
