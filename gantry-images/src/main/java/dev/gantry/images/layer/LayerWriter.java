package dev.gantry.images.layer;

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
import java.util.Optional;

/// Packs a directory tree, or the writable layer of an overlay, as the tar of a layer: sorted by name,
/// times in whole seconds, so that the same tree gives the same bytes. The marks of an overlay become the
/// whiteouts of OCI image-spec 1.1 §layer. Sockets are left out: they mean nothing without their process.
/// Mounts inside are not entered.
public final class LayerWriter {
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

    /// Rather than to this machine or to the overlay.
    static boolean belongsToFile(String xattr) {
        return xattr.equals("security.capability")
                || xattr.startsWith("system.posix_acl_")
                || (xattr.startsWith("user.") && !xattr.startsWith("user.overlay."));
    }

    private final class OfLayers implements TreePacking.Rules {
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
            return stat.isWhiteout() ? Optional.of(".wh." + name) : Optional.empty();
        }

        @Override
        public Optional<String> markIn(Fd directory) {
            return linux.attributes()
                    .xattr(directory, ".", flavor.opaqueXattr())
                    .map(_ -> ".wh..wh..opq");
        }
    }
}
