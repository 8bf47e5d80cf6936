package dev.gantry.maven;

import dev.gantry.images.content.BlobReader;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.RegistryUpload;
import java.io.IOException;
import java.util.stream.Stream;

/// Brings the image to a registry: what it has is not sent again.
public final class PushGoal extends ImageGoal {
    @Override
    void deliver(Ready ready) throws IOException {
        RegistryUpload upload = ready.registries().openToPush(ready.name().repository(), ready.credentials());
        Stream.concat(
                        ready.made().document().layers().stream(),
                        Stream.of(ready.made().document().config()))
                .map(Descriptor::digest)
                .distinct()
                .forEach(digest -> upload.blob(
                        ready.content(),
                        digest,
                        ready.content().find(digest).orElseThrow().size(),
                        ProgressListener.SILENT));
        Descriptor manifest = ready.made().manifest();
        try (BlobReader bytes = ready.content().open(manifest.digest())) {
            upload.manifest(
                    ready.name(),
                    manifest.mediaType(),
                    bytes.readNBytes(Documents.MAX_MANIFEST_BYTES),
                    manifest.digest());
        }
        getLog().info("pushed " + ready.name().familiar());
    }
}
