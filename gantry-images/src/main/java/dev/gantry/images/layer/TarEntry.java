package dev.gantry.images.layer;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// One member of a tar. `path` and `link` are as the archive has them (see [dev.gantry.linux.FileName] for
/// bytes that are no UTF-8); nothing about them is safe yet. `size` is the size of the file, holes
/// included; `extents` are the parts of it that the archive has bytes for, one after the other, when the
/// file is sparse.
public record TarEntry(
        Type type,
        String path,
        String link,
        int mode,
        long uid,
        long gid,
        long size,
        Instant modified,
        int major,
        int minor,
        Map<String, byte[]> xattrs,
        boolean sparse,
        List<Extent> extents) {

    public enum Type {
        FILE,
        HARD_LINK,
        SYMLINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        DIRECTORY,
        FIFO
    }

    public record Extent(long offset, long length) {}

    public TarEntry {
        xattrs = Map.copyOf(xattrs);
        extents = List.copyOf(extents);
    }

    /// How many bytes the archive has for it.
    public long packedSize() {
        return sparse ? extents.stream().mapToLong(Extent::length).sum() : size;
    }
}
