package dev.gantry.images.document;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import dev.gantry.base.Platform;
import dev.gantry.base.Unsupported;
import io.avaje.jsonb.Jsonb;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads documents. `name` is what the user calls the thing, for messages. Whatever the bytes are, the
/// answer is a value or an error of ours, in bounded time and memory.
public final class Documents {
    /// distribution-spec 1.1 §Pushing manifests: registries take at least this much, and we no more.
    public static final int MAX_MANIFEST_BYTES = 4 << 20;

    public static final int MAX_CONFIG_BYTES = 8 << 20;

    /// An overlay mount of Linux takes at most 500 lower layers (OVL_MAX_STACK).
    public static final int MAX_LAYERS = 500;

    private static final int MAX_INDEX_ENTRIES = 10_000;

    private static final Jsonb JSON = Jsonb.instance();

    private Documents() {}

    /// A manifest or an index. `statedType` is what the transport said it is, or empty.
    public static ImageDocument image(byte[] bytes, String statedType, String name) {
        ImageDocument document = imageOrArtifact(bytes, statedType, name);
        if (document instanceof ImageDocument.Manifest manifest) {
            checkImage(manifest, name);
        }
        return document;
    }

    private static void checkImage(ImageDocument.Manifest manifest, String name) {
        String type = manifest.config().mediaType();
        if (!isImage(type)) {
            throw new Unsupported(
                    "use " + name,
                    "it is not a container image but an artifact of type " + type,
                    "give the name of an image");
        }
        if (manifest.layers().size() > MAX_LAYERS) {
            throw damaged(
                    "manifest",
                    name,
                    "it has " + manifest.layers().size() + " layers and a mount takes at most " + MAX_LAYERS);
        }
    }

    private static boolean isImage(String configType) {
        return configType.equals(MediaTypes.OCI_CONFIG) || configType.equals(MediaTypes.DOCKER_CONFIG);
    }

    /// The same where the configuration may be of any type. OCI image-spec 1.1 §guidelines-for-artifact-usage.
    public static ImageDocument imageOrArtifact(byte[] bytes, String statedType, String name) {
        Wire.Document wire = read(bytes, Wire.Document.class, MAX_MANIFEST_BYTES, "manifest", name);
        String type = or(wire.mediaType(), statedType);
        if (wire.schemaVersion() == 1 || MediaTypes.isSchema1(type) || MediaTypes.isSchema1(statedType)) {
            throw new Unsupported(
                    "read manifest of " + name,
                    "it is in schema 1, the form from before 2016 that does not pin what is in the image",
                    "push the image again with a current tool");
        }
        boolean index = wire.manifests() != null;
        boolean manifest = wire.config() != null || wire.layers() != null;
        if (index == manifest
                || (index && MediaTypes.isManifest(type))
                || (manifest && MediaTypes.isIndex(type))
                || (!type.isEmpty() && !MediaTypes.isIndex(type) && !MediaTypes.isManifest(type))) {
            // Also a document that could be read as either: whoever checked the one might run the other.
            throw damaged("manifest", name, "it is neither clearly an image manifest nor clearly an index");
        }
        return index ? index(wire, type, name) : manifest(wire, type, name);
    }

    /// The manifest of a plugin: one configuration of its own type, one layer.
    public static ImageDocument.Manifest plugin(byte[] bytes, String statedType, String name) {
        Wire.Document wire = read(bytes, Wire.Document.class, MAX_MANIFEST_BYTES, "manifest", name);
        String type = or(wire.mediaType(), statedType);
        List<Wire.Descriptor> layers = orEmpty(wire.layers());
        if (wire.config() == null || wire.manifests() != null || !MediaTypes.isManifest(type)) {
            throw damaged("manifest", name, "it is no manifest of a plugin");
        }
        Descriptor config = descriptor(wire.config(), name);
        if (!config.mediaType().equals(MediaTypes.PLUGIN_CONFIG)) {
            throw new InvalidArgument(
                    "use " + name + " as a plugin",
                    "invalid config media type: it is " + config.mediaType() + ", not " + MediaTypes.PLUGIN_CONFIG,
                    "give the name of a plugin");
        }
        if (layers.size() != 1) {
            throw new Unsupported(
                    "use " + name,
                    "its root file system is in " + layers.size() + " layers",
                    "build it with docker plugin create, which makes one");
        }
        Descriptor layer = descriptor(layers.getFirst(), name);
        if (!MediaTypes.isLayer(layer.mediaType())) {
            throw new Unsupported(
                    "use " + name,
                    "layer " + layer.digest() + " is of type " + layer.mediaType(),
                    "build it with a layer in tar, gzip or zstd form");
        }
        return new ImageDocument.Manifest(type, config, List.of(layer));
    }

    public static ImageConfig config(byte[] bytes, String name) {
        Wire.Config wire = read(bytes, Wire.Config.class, MAX_CONFIG_BYTES, "configuration", name);
        List<Digest> diffIds = new ArrayList<>();
        if (wire.rootfs() != null) {
            for (String id : orEmpty(wire.rootfs().diffIds())) {
                diffIds.add(Digest.parse(or(id, "")));
            }
        }
        List<ImageConfig.History> history = new ArrayList<>();
        for (Wire.History h : orEmpty(wire.history())) {
            history.add(new ImageConfig.History(
                    instant(h.created()),
                    or(h.createdBy(), ""),
                    or(h.author(), ""),
                    or(h.comment(), ""),
                    Boolean.TRUE.equals(h.emptyLayer())));
        }
        Platform platform = new Platform(or(wire.os(), "linux"), or(wire.architecture(), ""), or(wire.variant(), ""));
        return new ImageConfig(
                instant(wire.created()), or(wire.author(), ""), platform, run(wire.config()), diffIds, history);
    }

    /// `manifest.json` of a docker-archive.
    public static List<Wire.ArchiveEntry> archiveEntries(byte[] bytes, String name) {
        checkBounds(bytes, MAX_MANIFEST_BYTES, "manifest.json", name);
        try {
            return orEmpty(JSON.type(Wire.ArchiveEntry.class)
                    .list()
                    .fromJson(JsonText.readable(new String(bytes, StandardCharsets.UTF_8))));
        } catch (RuntimeException e) {
            throw damaged("manifest.json", name, "it is not the JSON that is expected", e);
        }
    }

    /// The bytes of a document of our own making.
    public static <T> byte[] write(T wire, Class<T> type) {
        return JSON.type(type).toJsonBytes(wire);
    }

    public static byte[] writeArchiveEntries(List<Wire.ArchiveEntry> entries) {
        return JSON.type(Wire.ArchiveEntry.class).list().toJsonBytes(entries);
    }

    private static ImageDocument.Manifest manifest(Wire.Document wire, String type, String name) {
        if (wire.config() == null) {
            throw damaged("manifest", name, "it names no configuration");
        }
        Descriptor config = descriptor(wire.config(), name);
        List<Descriptor> layers = new ArrayList<>();
        for (Wire.Descriptor w : orEmpty(wire.layers())) {
            Descriptor layer = descriptor(w, name);
            if (isImage(config.mediaType()) && !MediaTypes.isLayer(layer.mediaType())) {
                throw new Unsupported(
                        "use " + name,
                        "layer " + layer.digest() + " is of type " + layer.mediaType(),
                        "build the image with layers in tar, gzip or zstd form");
            }
            layers.add(layer);
        }
        return new ImageDocument.Manifest(type.isEmpty() ? MediaTypes.OCI_MANIFEST : type, config, layers);
    }

    private static ImageDocument.Index index(Wire.Document wire, String type, String name) {
        List<Wire.Descriptor> entries = orEmpty(wire.manifests());
        if (entries.size() > MAX_INDEX_ENTRIES) {
            throw damaged("index", name, "it has " + entries.size() + " entries");
        }
        List<Descriptor> manifests = new ArrayList<>();
        for (Wire.Descriptor entry : entries) {
            manifests.add(descriptor(entry, name));
        }
        return new ImageDocument.Index(type.isEmpty() ? MediaTypes.OCI_INDEX : type, manifests);
    }

    private static Descriptor descriptor(Wire.@Nullable Descriptor wire, String name) {
        if (wire == null || wire.digest() == null || wire.size() < 0) {
            throw damaged("manifest", name, "an entry has no digest or no size");
        }
        List<Platform> platforms = List.of();
        if (wire.platform() != null) {
            platforms = List.of(new Platform(
                    or(wire.platform().os(), ""),
                    or(wire.platform().architecture(), ""),
                    or(wire.platform().variant(), "")));
        }
        return new Descriptor(
                or(wire.mediaType(), ""),
                Digest.parse(wire.digest()),
                wire.size(),
                platforms,
                withoutNulls(wire.annotations()));
    }

    private static ImageConfig.Run run(Wire.@Nullable Run wire) {
        if (wire == null) {
            return new ImageConfig.Run(
                    List.of(),
                    List.of(),
                    List.of(),
                    "",
                    "",
                    "",
                    Map.of(),
                    List.of(),
                    List.of(),
                    ImageConfig.Health.NONE);
        }
        return new ImageConfig.Run(
                orEmpty(wire.env()),
                orEmpty(wire.entrypoint()),
                orEmpty(wire.cmd()),
                or(wire.user(), ""),
                or(wire.workingDir(), ""),
                or(wire.stopSignal(), ""),
                withoutNulls(wire.labels()),
                keys(wire.volumes()),
                keys(wire.exposedPorts()),
                health(wire.healthcheck()));
    }

    private static ImageConfig.Health health(Wire.@Nullable Health wire) {
        return wire == null
                ? ImageConfig.Health.NONE
                : new ImageConfig.Health(
                        orEmpty(wire.test()),
                        wire.interval(),
                        wire.timeout(),
                        wire.startPeriod(),
                        wire.startInterval(),
                        wire.retries());
    }

    private static <T> T read(byte[] bytes, Class<T> type, int limit, String kind, String name) {
        checkBounds(bytes, limit, kind, name);
        T value;
        try {
            value = JSON.type(type).fromJson(JsonText.whole(new String(bytes, StandardCharsets.UTF_8)));
        } catch (RuntimeException e) {
            throw damaged(kind, name, "it is not the JSON that is expected", e);
        }
        if (value == null) {
            throw damaged(kind, name, "it is empty");
        }
        return value;
    }

    private static void checkBounds(byte[] bytes, int limit, String kind, String name) {
        if (bytes.length > limit) {
            throw damaged(kind, name, "it has " + bytes.length + " bytes and the limit is " + limit);
        }
        if (JsonDepth.of(bytes) > JsonDepth.MAX) {
            throw damaged(kind, name, "it is nested deeper than " + JsonDepth.MAX);
        }
    }

    private static Instant instant(@Nullable String text) {
        try {
            return text == null || text.isEmpty()
                    ? Instant.EPOCH
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException _) {
            return Instant.EPOCH;
        }
    }

    private static String or(@Nullable String text, String fallback) {
        return text == null || text.isEmpty() ? fallback : text;
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
    }

    private static Map<String, String> withoutNulls(@Nullable Map<String, String> map) {
        if (map == null) {
            return Map.of();
        }
        var result = new java.util.LinkedHashMap<String, String>();
        map.forEach((k, v) -> result.put(k, v == null ? "" : v));
        return result;
    }

    private static List<String> keys(@Nullable Map<String, Object> map) {
        return map == null ? List.of() : map.keySet().stream().sorted().toList();
    }

    private static InvalidArgument damaged(String kind, String name, String why) {
        return new InvalidArgument(
                "read " + kind + " of " + name, why, "fetch or save the image again from where it came");
    }

    private static InvalidArgument damaged(String kind, String name, String why, Throwable cause) {
        return new InvalidArgument(
                "read " + kind + " of " + name,
                why + " (" + firstLine(cause) + ")",
                "fetch or save the image again from where it came",
                cause);
    }

    private static String firstLine(Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        int end = text.indexOf('\n');
        return text.substring(0, Math.min(end < 0 ? text.length() : end, 120));
    }
}
