package dev.gantry.docker.image;

import dev.gantry.api.image.ImageInspect;
import dev.gantry.api.image.ImageSummary;
import dev.gantry.api.image.ManifestSummary;
import dev.gantry.api.image.PlatformSpec;
import dev.gantry.api.image.RemoteDescriptor;
import dev.gantry.base.Platform;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.image.Images;
import java.util.List;

/// All platforms of an image, as `manifests=1` asks for them.
record Variants(Images.Variants found, Images.InUse users) {

    static ImageSummary add(ImageSummary s, Variants v) {
        return new ImageSummary(
                s.containers(),
                s.created(),
                s.id(),
                s.labels(),
                s.parentId(),
                s.repoDigests(),
                s.repoTags(),
                s.sharedSize(),
                s.size(),
                descriptor(v.found().target()),
                v.wire());
    }

    static ImageInspect add(ImageInspect i, Variants v) {
        return new ImageInspect(
                i.id(),
                i.repoTags(),
                i.repoDigests(),
                i.parent(),
                i.comment(),
                i.created(),
                i.dockerVersion(),
                i.author(),
                i.containerConfig(),
                i.config(),
                i.architecture(),
                i.variant(),
                i.os(),
                i.size(),
                i.graphDriver(),
                i.rootFs(),
                i.metadata(),
                descriptor(v.found().target()),
                v.wire());
    }

    private List<ManifestSummary> wire() {
        return found.all().stream().map(this::wire).toList();
    }

    private ManifestSummary wire(Images.Variant v) {
        boolean statement = v.platform().os().equals("unknown");
        String kind = !statement ? "image" : v.about().isPresent() ? "attestation" : "unknown";
        return new ManifestSummary(
                v.manifest().digest().toString(),
                descriptor(v.manifest()),
                v.image().isPresent(),
                new ManifestSummary.Size(v.contentBytes(), v.contentBytes() + v.unpackedBytes()),
                kind,
                statement ? null : image(v),
                v.about().isEmpty() || !statement
                        ? null
                        : new ManifestSummary.AttestationData(v.about().get().toString()));
    }

    private ManifestSummary.ImageData image(Images.Variant v) {
        Platform p = v.platform();
        List<String> containers = v.image().stream()
                .flatMap(id -> users.of(id).stream())
                .map(user -> user.container().hex())
                .toList();
        return new ManifestSummary.ImageData(
                new PlatformSpec(p.architecture(), p.os(), p.variant().isEmpty() ? null : p.variant()),
                containers,
                new ManifestSummary.Unpacked(v.unpackedBytes()));
    }

    private static RemoteDescriptor descriptor(Descriptor d) {
        return new RemoteDescriptor(d.mediaType(), d.digest().toString(), d.size());
    }
}
