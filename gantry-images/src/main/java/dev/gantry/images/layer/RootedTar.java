package dev.gantry.images.layer;

import dev.gantry.base.IdMap;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A part of a container's root as a tar and back, while the container may run and change it. The kernel resolves every
/// path below the root's descriptor; names in the tar mean nothing more than themselves. Times are whole seconds, holes
/// are filled and sockets left out, as clients of Docker know it.
public final class RootedTar {
    private static final LayerLimits UNLIMITED = new LayerLimits(Long.MAX_VALUE, Long.MAX_VALUE);
    private static final long MOST_PADDING = 1 << 20;

    private RootedTar() {}

    /// How an archive is unpacked.
    ///
    /// @param keepsKinds a directory may not take the place of something else, nor the other way round
    /// @param owner of everything; null: as the archive says
    /// @param ids what these owners are where it is unpacked
    /// @param names what entries are called there
    public record Rules(boolean keepsKinds, @Nullable Owner owner, IdMap ids, Renaming names) {
        static final Rules NONE = new Rules(false, null, IdMap.SAME);

        public Rules(boolean keepsKinds, @Nullable Owner owner, IdMap ids) {
            this(keepsKinds, owner, ids, Renaming.NONE);
        }

        public record Owner(int uid, int gid) {}

        int uid(TarEntry entry) {
            return (int) ids.uidOutside(owner == null ? entry.uid() : Integer.toUnsignedLong(owner.uid()));
        }

        int gid(TarEntry entry) {
            return (int) ids.gidOutside(owner == null ? entry.gid() : Integer.toUnsignedLong(owner.gid()));
        }
    }

    /// An archive of one thing gets another name for it; what has that name goes with it.
    ///
    /// @param from empty: everything goes below `to`
    /// @param to empty: nothing is renamed
    public record Renaming(String from, String to) {
        public static final Renaming NONE = new Renaming("", "");

        String of(String path) {
            if (to.isEmpty()) {
                return path;
            }
            if (from.isEmpty()) {
                return to + "/" + path;
            }
            return path.equals(from) || path.startsWith(from + "/") ? to + path.substring(from.length()) : path;
        }
    }

    /// Writes what is at `name` in `parent` with all below it, under the name `as`, and flushes.
    ///
    /// @param ids what owners there are in the archive
    /// @param enters whether a mount at this path of the archive is entered
    public static void pack(
            Linux linux, Fd parent, String name, String as, IdMap ids, Predicate<String> enters, OutputStream out)
            throws IOException {
        try {
            new TreePacking(linux, new OfContainers(enters, ids), out).alone(parent, name, as);
        } catch (LinuxError e) {
            throw e.during("pack " + as);
        }
    }

    /// Writes a whole root, where no mount is entered, and flushes.
    ///
    /// @param leftOut directories, as paths of the archive, whose content is not written
    public static void packRoot(Linux linux, Fd root, Predicate<String> leftOut, OutputStream out) throws IOException {
        try {
            new TreePacking(
                            linux,
                            new OfContainers(_ -> false, IdMap.SAME) {
                                @Override
                                public boolean isLeftOut(String path) {
                                    return leftOut.test(path);
                                }
                            },
                            out)
                    .below(root);
        } catch (LinuxError e) {
            throw e.during("pack a root");
        }
    }

    /// Writes what is in a directory, with what is mounted there, as far as it is chosen, and flushes.
    ///
    /// @param chosen by path of the archive; below a directory that is not, nothing is
    public static void packChosen(Linux linux, Fd root, Predicate<String> chosen, OutputStream out) throws IOException {
        try {
            new TreePacking(
                            linux,
                            new OfContainers(_ -> true, IdMap.SAME) {
                                @Override
                                public boolean has(String path) {
                                    return chosen.test(path);
                                }
                            },
                            out)
                    .below(root);
        } catch (LinuxError e) {
            throw e.during("pack a directory");
        }
    }

    /// Unpacks into `directory`, which is `base` below `root`. What comes before an error stays.
    public static void unpack(Linux linux, InputStream in, Fd root, Fd directory, String base, Rules rules)
            throws IOException {
        String what = "unpack the archive into " + (base.isEmpty() ? "/" : base);
        TarReader reader = new TarReader(in, "the archive", UNLIMITED);
        LayerTree tree = LayerTree.inside(linux, root, directory, base, OverlayFlavor.TRUSTED, rules.ids());
        try (var unpacking = new LayerUnpacking(linux, directory, tree, reader, UNLIMITED).plain(rules)) {
            unpacking.run(what);
            reader.drain(MOST_PADDING);
        } catch (LinuxError e) {
            throw e.during(what);
        }
    }

    private static class OfContainers implements TreePacking.Rules {
        private final Predicate<String> enters;
        private final IdMap ids;

        OfContainers(Predicate<String> enters, IdMap ids) {
            this.enters = enters;
            this.ids = ids;
        }

        @Override
        public boolean keepsXattr(String name) {
            return LayerWriter.belongsToFile(name);
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
        public boolean enters(String path) {
            return enters.test(path);
        }

        @Override
        public IdMap ids() {
            return ids;
        }

        @Override
        public boolean fillsUp() {
            return true;
        }
    }
}
