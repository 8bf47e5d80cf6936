package dev.gantry.images.snapshot;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the root of one container is made of: an overlay of `lowers` (topmost first) under `upper`, mounted
/// with `options` (kernel's Documentation/filesystems/overlayfs).
public record RootFs(List<Path> lowers, Path upper, Path work, List<String> options) {
    public RootFs {
        lowers = List.copyOf(lowers);
        options = List.copyOf(options);
    }

    /// The same for a container whose files are removed with its end: the kernel then syncs nothing,
    /// neither at the unmount nor for the container's own `fsync`. Such an overlay is mounted once; before
    /// a second mount comes [Snapshotter#allowRemount].
    public RootFs forgettable() {
        List<String> more = new ArrayList<>(options);
        more.add("volatile");
        return new RootFs(lowers, upper, work, more);
    }
}
