package dev.gantry.engine.files;

import dev.gantry.base.Unsupported;
import dev.gantry.images.snapshot.MergedDirectory;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The root of a container that is a copy, beside what it was copied from, name by name, also while the container
/// writes to it. A file that was touched since it was copied is read, unless its size, time, owner or mode tell enough.
final class CopyWalk {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int DEEPEST = 512;

    private final Linux linux;
    private final Instant copied;
    private final List<Change> changes = new ArrayList<>();
    private final Set<Long> counted = new HashSet<>();
    private long size;

    /// All names of files with several, by inode; and which of these files are new or changed by one of them.
    private final Map<Long, List<String>> names = new HashMap<>();

    private final Set<Long> touched = new HashSet<>();

    private CopyWalk(Linux linux, Instant copied) {
        this.linux = linux;
        this.copied = copied;
    }

    /// @param changes sorted by path, a directory before what is in it; one in which something has changed has itself
    /// @param size of what was added or changed, each file once
    /// @param linked unchanged names of files that have new ones, too
    record Found(List<Change> changes, long size, List<String> linked) {
        /// Paths as an archive has them: what is not gone, and all names of one file, which stays one.
        Set<String> kept() {
            Set<String> paths = new HashSet<>();
            for (String path : linked) {
                for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
                    paths.add(path.substring(1, end));
                }
            }
            changes.stream()
                    .filter(c -> c.kind() != Change.Kind.DELETED)
                    .forEach(c -> paths.add(c.path().substring(1)));
            return paths;
        }

        /// Names that are gone, by the path of the directory which had them.
        Map<String, List<String>> gone() {
            Map<String, List<String>> names = new HashMap<>();
            for (Change c : changes) {
                if (c.kind() == Change.Kind.DELETED) {
                    int slash = c.path().lastIndexOf('/');
                    String directory = slash == 0 ? "" : c.path().substring(1, slash);
                    names.computeIfAbsent(directory, _ -> new ArrayList<>())
                            .add(c.path().substring(slash + 1));
                }
            }
            return names;
        }
    }

    /// @param copied when the root was copied, so that what was not touched since need not be read
    static Found compare(Linux linux, Fd root, MergedDirectory below, Instant copied) {
        var walk = new CopyWalk(linux, copied);
        try (Fd top = linux.files().open(root, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            walk.directory(top, below, "");
        }
        List<String> linked = walk.touched.stream()
                .flatMap(inode -> walk.names.getOrDefault(inode, List.of()).stream())
                .toList();
        return new Found(List.copyOf(walk.changes), walk.size, linked);
    }

    private void directory(Fd now, @Nullable MergedDirectory before, String path) {
        Set<String> names = new TreeSet<>();
        linux.directories().entries(now).stream()
                .map(DirectoryCalls.Entry::name)
                .forEach(names::add);
        if (before != null) {
            names.addAll(before.names());
        }
        for (String name : names) {
            one(now, before, name, path + "/" + name);
        }
    }

    private void one(Fd parent, @Nullable MergedDirectory below, String name, String path) {
        Optional<Stat> now = linux.attributes().find(parent, name);
        Optional<MergedDirectory.Found> lower = below == null ? Optional.empty() : below.find(name);
        Optional<Stat> before = lower.map(MergedDirectory.Found::stat);
        if (now.isEmpty()) {
            before.ifPresent(_ -> changes.add(new Change(path, Change.Kind.DELETED)));
            return;
        }
        if (now.get().type() != FileType.DIRECTORY && now.get().links() > 1) {
            names.computeIfAbsent(now.get().inode(), _ -> new ArrayList<>()).add(path);
        }
        int at = changes.size();
        if (now.get().type() == FileType.DIRECTORY) {
            boolean merged = before.isPresent() && before.get().type() == FileType.DIRECTORY;
            inside(parent, merged ? below : null, name, path);
        }
        if (before.isEmpty()) {
            changes.add(at, new Change(path, Change.Kind.ADDED));
            count(now.get());
        } else if (changes.size() > at || differ(parent, name, now.get(), lower.orElseThrow())) {
            changes.add(at, new Change(path, Change.Kind.MODIFIED));
            count(now.get());
        }
    }

    private boolean differ(Fd parent, String name, Stat now, MergedDirectory.Found before) {
        return LayerWalk.differ(now, before.stat())
                || (!now.changed().isBefore(copied)
                        && !new SameFile(linux, parent, before.directory(), name).holds(now.type()));
    }

    private void count(Stat stat) {
        touched.add(stat.inode());
        if (stat.type() != FileType.DIRECTORY && (stat.links() == 1 || counted.add(stat.inode()))) {
            size += stat.size();
        }
    }

    private void inside(Fd parent, @Nullable MergedDirectory below, String name, String path) {
        if (path.chars().filter(c -> c == '/').count() > DEEPEST) {
            throw new Unsupported(
                    "compare a container with its image",
                    "it has directories that are more than " + DEEPEST + " deep",
                    "see " + path.substring(0, 200));
        }
        try (Fd now = linux.files().open(parent, name, DIRECTORY, 0, Resolve.PLAIN)) {
            if (below == null) {
                directory(now, null, path);
                return;
            }
            try (MergedDirectory before = below.enter(name)) {
                directory(now, before, path);
            }
        } catch (LinuxError e) {
            // Gone meanwhile; or, over a directory of the host, another file system.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV)) {
                throw e;
            }
        }
    }
}
