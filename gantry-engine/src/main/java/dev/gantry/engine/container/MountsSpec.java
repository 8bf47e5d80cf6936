package dev.gantry.engine.container;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What is mounted into a container besides binds and tmpfs: volumes, and what other containers have.
/// `declared` places become new volumes, as a `VOLUME` of the image does, where nothing else is mounted.
/// `driver` is that of volumes that nobody says another for; empty is `local`.
/// A stored spec names every volume, and has nothing else: it was looked up at creation.
@Json
public record MountsSpec(
        @Json.Property("Volumes") List<OfVolume> volumes,
        @Json.Property("From") List<String> from,
        @Json.Property("Declared") List<String> declared,
        @Json.Property("Images") List<OfImage> images,
        @Json.Property("Driver") String driver) {
    public static final MountsSpec NONE = new MountsSpec(List.of(), List.of(), List.of(), List.of(), "");

    public MountsSpec {
        volumes = List.copyOf(volumes);
        from = List.copyOf(from);
        declared = List.copyOf(declared);
        images = List.copyOf(images);
        driver = orEmpty(driver);
    }

    /// The same with these volumes, and nothing left to look up.
    MountsSpec withVolumes(List<OfVolume> all) {
        return new MountsSpec(all, List.of(), List.of(), images, driver);
    }

    boolean isEmpty() {
        return volumes.isEmpty() && from.isEmpty() && declared.isEmpty() && images.isEmpty();
    }

    MountsSpec withImages(List<OfImage> all) {
        return new MountsSpec(volumes, from, declared, all, driver);
    }

    /// Those whose volumes it gets by what `ids` makes of their names; what follows a colon stays.
    MountsSpec resolved(UnaryOperator<String> ids) {
        List<String> others = from.stream()
                .map(text -> {
                    String name = text.split(":", 2)[0];
                    return ids.apply(name) + text.substring(name.length());
                })
                .toList();
        return new MountsSpec(volumes, others, declared, images, driver);
    }

    /// Rows of a version that knew one driver only have none.
    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /// Rows of a version that knew no volumes have none.
    static MountsSpec orNone(@Nullable MountsSpec mounts) {
        return mounts == null ? NONE : mounts;
    }

    /// A volume at `target`. `name` empty: a new one that nobody named. `copy`: an empty volume gets
    /// what the image has there. `subpath` is a place in the volume, looked up at each start. `labels`
    /// `options` and `driver` are for a volume that is not there yet. `anonymous` volumes go with the container,
    /// where that is asked for. `idmap` is empty or a map of owners, as [OwnerMap] reads it.
    @Json
    public record OfVolume(
            @Json.Property("Name") String name,
            @Json.Property("Target") String target,
            @Json.Property("ReadOnly") boolean readOnly,
            @Json.Property("Copy") boolean copy,
            @Json.Property("Subpath") String subpath,
            @Json.Property("Labels") Map<String, String> labels,
            @Json.Property("Options") Map<String, String> options,
            @Json.Property("Anonymous") boolean anonymous,
            @Json.Property("Driver") String driver,
            @Json.Property("IdMap") String idmap) {
        public OfVolume {
            labels = Map.copyOf(labels);
            options = Map.copyOf(options);
            driver = orEmpty(driver);
            idmap = orEmpty(idmap);
        }

        public static OfVolume at(String name, String target) {
            return new OfVolume(name, target, false, true, "", Map.of(), Map.of(), name.isEmpty(), "", "");
        }

        public OfVolume onlyRead(boolean yes) {
            return new OfVolume(name, target, yes, copy, subpath, labels, options, anonymous, driver, idmap);
        }

        public OfVolume copied(boolean yes) {
            return new OfVolume(name, target, readOnly, yes, subpath, labels, options, anonymous, driver, idmap);
        }

        public OfVolume inside(String path) {
            return new OfVolume(name, target, readOnly, copy, path, labels, options, anonymous, driver, idmap);
        }

        /// What a volume that is not there yet becomes.
        public OfVolume as(Map<String, String> itsLabels, Map<String, String> itsOptions) {
            return new OfVolume(name, target, readOnly, copy, subpath, itsLabels, itsOptions, anonymous, driver, idmap);
        }

        public OfVolume mapped(String map) {
            return new OfVolume(name, target, readOnly, copy, subpath, labels, options, anonymous, driver, map);
        }

        public OfVolume by(String other) {
            return new OfVolume(name, target, readOnly, copy, subpath, labels, options, anonymous, other, idmap);
        }

        OfVolume named(String chosen) {
            return new OfVolume(chosen, target, readOnly, copy, subpath, labels, options, anonymous, driver, idmap);
        }
    }

    /// The files of an image at `target`, read-only; `subpath` is a place in it. `snapshot` holds its layers, and
    /// `id` is the image that the name meant; both are empty until the container is created.
    @Json
    public record OfImage(
            @Json.Property("Image") String image,
            @Json.Property("Target") String target,
            @Json.Property("Subpath") String subpath,
            @Json.Property("Snapshot") String snapshot,
            @Json.Property("Id") String id,
            @Json.Property("Writable") boolean writable) {
        public static OfImage at(String image, String target, String subpath) {
            return new OfImage(image, target, subpath, "", "", false);
        }

        /// What is written there goes with the container, and the image stays what it is.
        public OfImage forWriting() {
            return new OfImage(image, target, subpath, snapshot, id, true);
        }

        OfImage heldBy(String snapshotId, String imageId) {
            return new OfImage(image, target, subpath, snapshotId, imageId, writable);
        }
    }
}
