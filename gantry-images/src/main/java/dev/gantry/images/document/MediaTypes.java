package dev.gantry.images.document;

import java.util.List;
import java.util.Set;

/// The media types we know. OCI image-spec 1.1 §media-types; the Docker names mean the same documents.
public final class MediaTypes {
    public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    public static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";

    /// The configuration of a plugin in a container, which is stored like an image.
    public static final String PLUGIN_CONFIG = "application/vnd.docker.plugin.v1+json";

    /// What a pull says it understands.
    public static final List<String> MANIFESTS = List.of(OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST);

    private static final String DOCKER_FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar";
    private static final String OCI_FOREIGN_LAYER = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    private static final Set<String> LAYERS = Set.of(
            OCI_LAYER,
            OCI_LAYER + "+gzip",
            OCI_LAYER + "+zstd",
            OCI_FOREIGN_LAYER,
            OCI_FOREIGN_LAYER + "+gzip",
            OCI_FOREIGN_LAYER + "+zstd",
            DOCKER_LAYER,
            DOCKER_LAYER + ".gzip",
            DOCKER_LAYER + ".zstd",
            DOCKER_FOREIGN_LAYER,
            DOCKER_FOREIGN_LAYER + ".gzip");

    private MediaTypes() {}

    public static boolean isIndex(String mediaType) {
        return mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_LIST);
    }

    public static boolean isManifest(String mediaType) {
        return mediaType.equals(OCI_MANIFEST) || mediaType.equals(DOCKER_MANIFEST);
    }

    public static boolean isLayer(String mediaType) {
        return LAYERS.contains(mediaType);
    }

    /// The manifest forms from before 2016, which name layers but do not pin what is in them.
    static boolean isSchema1(String mediaType) {
        return mediaType.startsWith("application/vnd.docker.distribution.manifest.v1+");
    }

    /// The name that OCI has for the same form of a layer; others stay as they are.
    public static String oci(String mediaType) {
        String form = mediaType.startsWith(DOCKER_FOREIGN_LAYER)
                ? OCI_FOREIGN_LAYER + mediaType.substring(DOCKER_FOREIGN_LAYER.length())
                : mediaType.startsWith(DOCKER_LAYER)
                        ? OCI_LAYER + mediaType.substring(DOCKER_LAYER.length())
                        : mediaType;
        return form.replace(".tar.", ".tar+");
    }

    /// Without parameters such as `; charset=utf-8`.
    public static String withoutParameters(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).strip();
    }
}
