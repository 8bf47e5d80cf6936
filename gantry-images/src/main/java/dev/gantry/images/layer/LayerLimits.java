package dev.gantry.images.layer;

/// Where a layer stops being a layer and is a bomb: bytes it may put on the disk, and entries,
/// extended headers among them.
public record LayerLimits(long bytes, long entries) {
    public static final LayerLimits DEFAULT = new LayerLimits(64L << 30, 2_000_000);
}
