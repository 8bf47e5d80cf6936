package dev.gantry.images.plugin;

import dev.gantry.base.Digest;
import dev.gantry.images.document.Descriptor;
import java.util.Arrays;
import java.util.Objects;

/// The documents of one plugin, read and verified: `digest` is that of its manifest.
///
/// @param diffId what the plain bytes of the layer must be
public record PluginImage(Digest digest, String mediaType, byte[] config, Descriptor layer, Digest diffId) {
    @Override
    public boolean equals(Object other) {
        return other instanceof PluginImage(Digest d, String type, byte[] bytes, Descriptor l, Digest id)
                && d.equals(digest)
                && type.equals(mediaType)
                && Arrays.equals(bytes, config)
                && l.equals(layer)
                && id.equals(diffId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(digest, diffId);
    }

    @Override
    public String toString() {
        return "PluginImage[" + digest + "]";
    }
}
