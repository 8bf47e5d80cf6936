package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.ImageConfig;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.PlatformMatch;
import dev.gantry.images.snapshot.ChainId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One image for one platform as the content store has it. `target` is what its names point at: the
/// manifest itself or an index that names it.
record StoredImage(
        Digest target, Descriptor manifest, ImageDocument.Manifest document, ImageConfig config, List<Layer> layers) {
    StoredImage {
        layers = List.copyOf(layers);
    }

    /// One layer, base first in the image. `blob` is its transferred form, `diffId` the digest of its
    /// plain tar.
    record Layer(Descriptor blob, Digest diffId, ChainId chain) {}

    static StoredImage of(
            Digest target, Descriptor manifest, ImageDocument.Manifest document, ImageConfig config, String name) {
        if (document.layers().size() != config.diffIds().size()) {
            throw new InvalidArgument(
                    "read " + name,
                    "its manifest names " + document.layers().size() + " layers and its configuration "
                            + config.diffIds().size(),
                    "fetch or save the image again from where it came");
        }
        List<Layer> layers = new ArrayList<>();
        ChainId chain = null;
        for (int i = 0; i < document.layers().size(); i++) {
            Digest diffId = config.diffIds().get(i);
            chain = above(chain, diffId);
            layers.add(new Layer(document.layers().get(i), diffId, chain));
        }
        return new StoredImage(target, manifest, document, config, layers);
    }

    /// OCI image-spec 1.1 §config "Layer ChainID".
    static ChainId above(@Nullable ChainId below, Digest diffId) {
        return below == null ? new ChainId(diffId) : new ChainId(Digest.sha256Of(below.digest() + " " + diffId));
    }

    Image.Id id() {
        return new Image.Id(document.config().digest());
    }

    Image image() {
        ImageConfig.Run run = config.run();
        return new Image(
                id(),
                new Image.Config(
                        run.env(),
                        run.entrypoint(),
                        run.cmd(),
                        run.user(),
                        run.workingDir(),
                        run.stopSignal(),
                        run.labels(),
                        run.volumes(),
                        run.exposedPorts(),
                        health(run.health())),
                new Image.Source.Layers(
                        layers.reversed().stream().map(Layer::chain).toList()));
    }

    private static Image.Health health(ImageConfig.Health h) {
        return new Image.Health(
                h.test(),
                h.intervalNanos(),
                h.timeoutNanos(),
                h.startPeriodNanos(),
                h.startIntervalNanos(),
                h.retries());
    }

    /// The one for the platform, or the first where none is asked for.
    static StoredImage chosen(String userReference, List<StoredImage> images, Optional<Platform> platform) {
        if (platform.isEmpty()) {
            return images.getFirst();
        }
        Platform wanted = platform.get();
        return images.stream()
                .filter(i -> PlatformMatch.rank(i.config().platform(), wanted).isPresent())
                .min(Comparator.comparingInt(
                        i -> PlatformMatch.rank(i.config().platform(), wanted).orElseThrow()))
                .orElseThrow(() -> notFor(wanted, userReference));
    }

    static NotFound notFor(Platform wanted, String userReference) {
        return new NotFound(
                "find image " + userReference,
                "image with reference " + userReference + " was found but does not provide the specified platform ("
                        + wanted + ")",
                "pull it for that platform, or leave the platform out");
    }
}
