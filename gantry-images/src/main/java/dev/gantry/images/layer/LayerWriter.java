package dev.gantry.images.layer;

import dev.gantry.base.InvalidArgument;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Packs a directory tree, or the writable layer of an overlay, as the tar of a layer: sorted by name,
/// times in whole seconds, so that the same tree gives the same bytes. The marks of an overlay become the
/// whiteouts of OCI image-spec 1.1 §layer. Sockets are left out: they mean nothing without their process.
/// Mounts inside are not entered.
public final class LayerWriter {
    private static final String WHITEOUT = ".wh.";

    private final Linux linux;
    private final OverlayFlavor flavor;

    public LayerWriter(Linux linux, OverlayFlavor flavor) {
        this.linux = linux;
        this.flavor = flavor;
    }

    /// Writes the tar and flushes; the stream stays open. The root itself is not an entry.
    public void write(Path directory, OutputStream out) throws IOException {
        try (Fd root = linux.files().openDirectory(directory.toString())) {
            write(root, out);
        } catch (LinuxError e) {
            throw e.during("pack " + directory);
        }
    }

    /// The same of a directory that is open.
    public void write(Fd directory, OutputStream out) throws IOException {
        new TreePacking(linux, new OfLayers(), out).below(directory);
    }

    /// Of a whole root, only what differs from what lies below it.
    ///
    /// @param kept paths without a leading slash, with the directories above them
    /// @param gone what is there below and no more here, by the directory that had it
    public void write(Fd root, Set<String> kept, Map<String, List<String>> gone, OutputStream out) throws IOException {
        TreePacking.Rules changed = new OfLayers() {
            @Override
            public boolean has(String path) {
                return kept.contains(path);
            }

            @Override
            public Optional<String> mark(String name, Stat stat) {
                return Optional.empty();
            }

            @Override
            public List<String> marksIn(Fd directory, String path) {
                return gone.getOrDefault(path, List.of()).stream()
                        .map(name -> WHITEOUT + name)
                        .toList();
            }
        };
        try {
            new TreePacking(linux, changed, out).below(root);
        } catch (LinuxError e) {
            throw e.during("pack a layer");
        }
    }

    /// Rather than to this machine or to the overlay.
    static boolean belongsToFile(String xattr) {
        return xattr.equals("security.capability")
                || xattr.startsWith("system.posix_acl_")
                || (xattr.startsWith("user.") && !xattr.startsWith("user.overlay."));
    }

    private class OfLayers implements TreePacking.Rules {
        @Override
        public boolean keepsXattr(String name) {
            return belongsToFile(name);
        }

        @Override
        public Instant time(Instant modified) {
            return modified.truncatedTo(ChronoUnit.SECONDS);
        }

        @Override
        public boolean keepsHoles() {
            return false;
        }

        @Override
        public Optional<String> mark(String name, Stat stat) {
            if (stat.isWhiteout()) {
                return Optional.of(WHITEOUT + name);
            }
            if (name.startsWith(WHITEOUT)) {
                throw new InvalidArgument(
                        "make a layer of what was written",
                        "a file is called " + name + ", and in a layer such a name hides another file",
                        "call it otherwise, or leave it out");
            }
            return Optional.empty();
        }

        @Override
        public List<String> marksIn(Fd directory, String path) {
            if (path.isEmpty()) {
                return List.of(); // the root of a layer is merged
            }
            return flavor.isOpaque(linux, directory, ".") ? List.of(".wh..wh..opq") : List.of();
        }
    }
}
