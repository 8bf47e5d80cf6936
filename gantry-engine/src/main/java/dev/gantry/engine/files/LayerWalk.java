package dev.gantry.engine.files;

import dev.gantry.base.Unsupported;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The writable layer of a container beside what lies below it, name by name, also while the container writes to it.
/// Kernel's Documentation/filesystems/overlayfs §"whiteouts and opaque directories".
final class LayerWalk {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int LONGEST_PATH = 4095;

    private final Linux linux;
    private final OverlayFlavor flavor;

    LayerWalk(Linux linux, OverlayFlavor flavor) {
        this.linux = linux;
        this.flavor = flavor;
    }

    /// Sorted by path, a directory before what is in it. A directory in which something has changed has itself.
    List<Change> changes(Fd upper, Fd lower) {
        List<Change> all = new ArrayList<>();
        try (Fd top = linux.files().open(upper, ".", DIRECTORY, 0, Resolve.PLAIN);
                Fd below = linux.files().open(lower, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            directory(top, below, "", all);
        }
        return all;
    }

    private void directory(Fd upper, @Nullable Fd lower, String path, List<Change> all) {
        Set<String> names = new TreeSet<>(names(upper));
        if (lower != null && isOpaque(upper)) {
            names.addAll(names(lower));
        }
        for (String name : names) {
            one(upper, lower, name, path + "/" + name, all);
        }
    }

    private void one(Fd upper, @Nullable Fd lower, String name, String path, List<Change> all) {
        Optional<Stat> now = linux.attributes().find(upper, name).filter(s -> !s.isWhiteout());
        Optional<Stat> before =
                lower == null ? Optional.empty() : linux.attributes().find(lower, name);
        if (now.isEmpty()) {
            before.ifPresent(_ -> all.add(new Change(path, Change.Kind.DELETED)));
            return;
        }
        int at = all.size();
        if (now.get().type() == FileType.DIRECTORY) {
            boolean merged = before.isPresent() && before.get().type() == FileType.DIRECTORY;
            below(upper, merged ? lower : null, name, path, all);
        }
        if (before.isEmpty()) {
            all.add(at, new Change(path, Change.Kind.ADDED));
        } else if (all.size() > at || differ(now.get(), before.get())) {
            all.add(at, new Change(path, Change.Kind.MODIFIED));
        }
    }

    private void below(Fd upper, @Nullable Fd lower, String name, String path, List<Change> all) {
        if (path.length() > LONGEST_PATH) {
            throw new Unsupported(
                    "compare a container with its image", "it has paths that are too long", "see " + path);
        }
        try (Fd now = linux.files().open(upper, name, DIRECTORY, 0, Resolve.PLAIN)) {
            if (lower == null) {
                directory(now, null, path, all);
                return;
            }
            try (Fd before = linux.files().open(lower, name, DIRECTORY, 0, Resolve.PLAIN)) {
                directory(now, before, path, all);
            }
        } catch (LinuxError e) {
            // Gone meanwhile; or, over a directory of the host, another file system.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV)) {
                throw e;
            }
        }
    }

    /// Sizes and times of directories say nothing.
    static boolean differ(Stat now, Stat before) {
        return now.type() != before.type()
                || now.mode() != before.mode()
                || now.uid() != before.uid()
                || now.gid() != before.gid()
                || now.nodeMajor() != before.nodeMajor()
                || now.nodeMinor() != before.nodeMinor()
                || (now.type() != FileType.DIRECTORY
                        && (now.size() != before.size() || !now.modified().equals(before.modified())));
    }

    private boolean isOpaque(Fd directory) {
        return flavor.isOpaque(linux, directory, ".");
    }

    /// The sum of the sizes of all files, each once, however many names it has.
    long size(Fd upper) {
        try (Fd top = linux.files().open(upper, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            return size(top, new HashSet<>(), 0);
        }
    }

    private long size(Fd directory, Set<Long> seen, int depth) {
        if (depth > LONGEST_PATH / 2) {
            throw new Unsupported(
                    "measure a container", "its directories are more than " + depth + " deep", "remove them");
        }
        long sum = 0;
        for (String name : names(directory)) {
            Optional<Stat> found = linux.attributes().find(directory, name);
            if (found.isEmpty()) {
                continue;
            }
            Stat stat = found.get();
            if (stat.type() != FileType.DIRECTORY) {
                sum += stat.links() == 1 || seen.add(stat.inode()) ? stat.size() : 0;
                continue;
            }
            try (Fd below = linux.files().open(directory, name, DIRECTORY, 0, Resolve.PLAIN)) {
                sum += size(below, seen, depth + 1);
            } catch (LinuxError e) {
                if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                    throw e;
                }
            }
        }
        return sum;
    }

    private List<String> names(Fd directory) {
        return linux.directories().entries(directory).stream()
                .map(DirectoryCalls.Entry::name)
                .toList();
    }
}
