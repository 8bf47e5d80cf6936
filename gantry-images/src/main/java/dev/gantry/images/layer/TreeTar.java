package dev.gantry.images.layer;

import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// A directory tree as a plain tar and back: owners, modes, times, extended attributes, hard links, holes, devices and
/// fifos. No name in it means anything, as `.wh.` does in a layer. Sockets are left out; mounts are not entered.
public final class TreeTar {
    private static final LayerLimits UNLIMITED = new LayerLimits(Long.MAX_VALUE, Long.MAX_VALUE);
    private static final long MOST_PADDING = 1 << 20;
    private static final TreePacking.Rules AS_IT_IS = new TreePacking.Rules() {};

    private TreeTar() {}

    /// Writes the tree and flushes; the stream stays open.
    public static void pack(Linux linux, Fd root, OutputStream out) throws IOException {
        try {
            var packing = new TreePacking(linux, AS_IT_IS, out);
            packing.root(root);
            packing.below(root);
        } catch (LinuxError e) {
            throw e.during("pack a directory");
        }
    }

    /// Unpacks into the empty directory `root`; nothing in the archive leads out of it. `name` is for errors. An
    /// archive without its end is refused: it was cut.
    public static void unpack(Linux linux, InputStream in, Fd root, String name) throws IOException {
        unpack(linux, in, root, name, UNLIMITED);
    }

    /// The same for what comes from somebody who is not trusted with the disk.
    public static void unpack(Linux linux, InputStream in, Fd root, String name, LayerLimits limits)
            throws IOException {
        TarReader reader = new TarReader(in, name, limits);
        try (var unpacking = new LayerUnpacking(linux, root, OverlayFlavor.TRUSTED, reader, limits).plain()) {
            unpacking.run("unpack " + name);
            reader.drain(MOST_PADDING);
            if (!reader.isWhole()) {
                throw new TarFault("it ends before its end, so that a part of it may be missing").of("unpack " + name);
            }
        } catch (LinuxError e) {
            throw e.during("unpack " + name);
        }
    }
}
