package dev.gantry.images.archive;

/// Who an archive of images is for.
public enum ArchiveForm {
    /// Readers of either kind: an OCI layout with Docker's `manifest.json` beside it.
    DOCKER,
    /// OCI image-spec 1.1 §image layout, and nothing else.
    OCI
}
