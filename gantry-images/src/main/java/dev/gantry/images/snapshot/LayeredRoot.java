package dev.gantry.images.snapshot;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Reads files of a container's root without mounting it: the writable layer over the lower ones, as the
/// overlay would show them. Whiteouts hide, opaque directories cover, links are followed inside the root
/// and never out of it. Mounts of the host below a lower directory are not entered, for the overlay does
/// not show them either.
///
/// ```java
/// try (var root = LayeredRoot.open(Linux.host(), rootFs)) {
///     Optional<byte[]> passwd = root.read("/etc/passwd", 1 << 20);
/// }
/// ```
///
/// Only for a container that is not running, or for files it is not about to change: each layer is read as
/// it is now.
public final class LayeredRoot implements AutoCloseable {
    private static final int MOST_LINKS = 40; // as the kernel, path_resolution(7)

    private final Linux linux;
    private final MergedDirectory top;

    private LayeredRoot(Linux linux, MergedDirectory top) {
        this.linux = linux;
        this.top = top;
    }

    public static LayeredRoot open(Linux linux, RootFs root) {
        return open(linux, root.layers(), root.flavor());
    }

    /// Over any directories, topmost first; one plain directory is fine.
    public static LayeredRoot open(Linux linux, List<Path> layers, OverlayFlavor flavor) {
        return new LayeredRoot(linux, MergedDirectory.open(linux, layers, flavor));
    }

    /// The content of a regular file; empty if there is none of that name, or it is something else.
    public Optional<byte[]> read(String path, int limit) {
        return look(path, found -> {
            if (found.stat().type() != FileType.REGULAR) {
                return Optional.<byte[]>empty();
            }
            int flags = OpenFlags.READ | OpenFlags.NO_FOLLOW | OpenFlags.NON_BLOCKING;
            try (Fd file = linux.files().open(found.directory(), found.name(), flags, 0, Resolve.PLAIN)) {
                return Optional.of(linux.files().readAll(file, limit));
            }
        });
    }

    /// What the path leads to, links followed.
    public Optional<Stat> stat(String path) {
        return look(path, found -> Optional.of(found.stat()));
    }

    @Override
    public void close() {
        top.close();
    }

    /// Where a walk ended: a name in the directory of the topmost layer that has it.
    private record Found(Fd directory, String name, Stat stat) {}

    private interface Use<T> {
        Optional<T> of(Found found);
    }

    private <T> Optional<T> look(String path, Use<T> use) {
        try (Walk walk = new Walk()) {
            return walk.to(path, use);
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV)) {
                return Optional.empty();
            }
            throw e.during("read " + path + " of the root");
        }
    }

    /// One walk from the root down, through the directories on the way.
    private final class Walk implements AutoCloseable {
        private final Deque<MergedDirectory> levels = new ArrayDeque<>();
        private final List<MergedDirectory> opened = new ArrayList<>();

        <T> Optional<T> to(String path, Use<T> use) {
            Deque<String> todo = new ArrayDeque<>(List.of(path.split("/")));
            Found last = here();
            int links = 0;
            while (!todo.isEmpty()) {
                String name = todo.pop();
                if (name.isEmpty() || name.equals(".")) {
                    continue;
                }
                if (name.equals("..")) {
                    levels.poll();
                    last = here();
                    continue;
                }
                Optional<MergedDirectory.Found> found = level().find(name);
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                last = new Found(found.get().directory(), name, found.get().stat());
                if (last.stat().type() == FileType.SYMLINK) {
                    if (++links > MOST_LINKS) {
                        return Optional.empty();
                    }
                    follow(linux.directories().readLink(last.directory(), name), todo);
                    last = here();
                } else if (last.stat().type() == FileType.DIRECTORY) {
                    MergedDirectory below = level().enter(name);
                    opened.add(below);
                    levels.push(below);
                } else if (!todo.isEmpty()) {
                    return Optional.empty();
                }
            }
            return use.of(last);
        }

        private MergedDirectory level() {
            return levels.isEmpty() ? top : levels.peek();
        }

        private Found here() {
            Fd directory = level().top();
            return new Found(directory, ".", linux.attributes().stat(directory));
        }

        private void follow(String content, Deque<String> todo) {
            if (content.startsWith("/")) {
                levels.clear();
            }
            List<String> parts = List.of(content.split("/"));
            for (int i = parts.size() - 1; i >= 0; i--) {
                todo.push(parts.get(i));
            }
        }

        @Override
        public void close() {
            opened.forEach(MergedDirectory::close);
        }
    }
}
