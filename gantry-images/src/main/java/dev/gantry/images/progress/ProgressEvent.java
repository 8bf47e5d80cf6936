package dev.gantry.images.progress;

import dev.gantry.base.Digest;
import dev.gantry.base.Reference;

/// One thing that happened during a pull, a push, a load or an import. `layer` is the digest of the layer as it is
/// transferred.
/// Events of one layer come in the order below; events of different layers mix. Byte counts only grow, except that a
/// broken transfer may step back to what had been kept.
public sealed interface ProgressEvent {
    /// The registry is being asked what the reference means.
    record Resolving(Reference reference) implements ProgressEvent {}

    /// The reference means this manifest or index.
    record Resolved(Reference reference, Digest target) implements ProgressEvent {}

    /// The image has this layer; sent for all layers, base first, before any is transferred.
    record LayerKnown(Digest layer, long bytes) implements ProgressEvent {}

    /// Nothing needs to be done for the layer.
    record LayerExists(Digest layer) implements ProgressEvent {}

    record Downloading(Digest layer, long bytes, long total) implements ProgressEvent {}

    /// A transfer broke and goes on after a pause.
    record Retrying(Digest layer, int attempt, String why) implements ProgressEvent {}

    record Verifying(Digest layer) implements ProgressEvent {}

    record Downloaded(Digest layer) implements ProgressEvent {}

    /// `bytes` of `total` of the transferred form have been unpacked.
    record Extracting(Digest layer, long bytes, long total) implements ProgressEvent {}

    record LayerDone(Digest layer) implements ProgressEvent {}

    /// A loaded archive gave this name to an image.
    record Named(Reference reference, Digest image) implements ProgressEvent {}

    /// A loaded archive held an image without a name.
    record Unnamed(Digest image) implements ProgressEvent {}

    /// A pull is complete. `changed` is false when the name meant this image before.
    record Pulled(Reference reference, Digest target, boolean changed) implements ProgressEvent {}

    /// What was asked for will be brought there.
    record Pushing(Reference reference) implements ProgressEvent {}

    record Uploading(Digest layer, long bytes, long total) implements ProgressEvent {}

    /// `there`: the registry had the layer before.
    record Uploaded(Digest layer, boolean there) implements ProgressEvent {}

    /// The registry took the layer from another of its repositories.
    record Mounted(Digest layer, String from) implements ProgressEvent {}

    /// A push is complete: the registry knows the reference by this manifest of so many bytes.
    record Pushed(Reference reference, Digest target, long bytes) implements ProgressEvent {}
}
