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
    private static final int DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    private final Linux linux;
    private final List<Fd> top;
    private final OverlayFlavor flavor;

    private LayeredRoot(Linux linux, List<Fd> top, OverlayFlavor flavor) {
        this.linux = linux;
        this.top = top;
        this.flavor = flavor;
    }

    public static LayeredRoot open(Linux linux, RootFs root) {
        List<Path> layers = new ArrayList<>();
        layers.add(root.upper());
        layers.addAll(root.lowers());
        return open(linux, layers, OverlayFlavor.of(root));
    }

    /// Over any directories, topmost first; one plain directory is fine.
    public static LayeredRoot open(Linux linux, List<Path> layers, OverlayFlavor flavor) {
        List<Fd> top = new ArrayList<>();
        try {
            for (Path layer : layers) {
                top.add(linux.files().openDirectory(layer.toString()));
            }
            return new LayeredRoot(linux, top, flavor);
        } catch (LinuxError e) {
            top.forEach(Fd::close);
            throw e.during("read the root " + layers.getFirst());
        }
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
        top.forEach(Fd::close);
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
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                return Optional.empty();
            }
            throw e.during("read " + path + " of the root");
        }
    }

    /// One walk from the root down. `levels` holds, for each directory on the way, its parts in the layers,
    /// topmost first.
    private final class Walk implements AutoCloseable {
        private final Deque<List<Fd>> levels = new ArrayDeque<>();
        private final List<Fd> opened = new ArrayList<>();

        <T> Optional<T> to(String path, Use<T> use) {
            Deque<String> todo = new ArrayDeque<>(List.of(path.split("/")));
            Found last = new Found(top.getFirst(), ".", linux.attributes().stat(top.getFirst()));
            int links = 0;
            while (!todo.isEmpty()) {
                String name = todo.pop();
                if (name.isEmpty() || name.equals(".")) {
                    continue;
                }
                if (name.equals("..")) {
                    levels.poll();
                    last = new Found(here().getFirst(), ".", linux.attributes().stat(here().getFirst()));
                    continue;
                }
                Optional<Found> found = find(name);
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                last = found.get();
                if (last.stat().type() == FileType.SYMLINK) {
                    if (++links > MOST_LINKS) {
                        return Optional.empty();
                    }
                    follow(linux.directories().readLink(last.directory(), name), todo);
                    last = new Found(here().getFirst(), ".", linux.attributes().stat(here().getFirst()));
                } else if (last.stat().type() == FileType.DIRECTORY) {
                    levels.push(enter(name));
                } else if (!todo.isEmpty()) {
                    return Optional.empty();
                }
            }
            return use.of(last);
        }

        private List<Fd> here() {
            return levels.isEmpty() ? top : levels.peek();
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

        /// In the topmost layer that says anything about the name.
        private Optional<Found> find(String name) {
            for (Fd directory : here()) {
                Optional<Stat> stat = linux.attributes().find(directory, name);
                if (stat.isPresent()) {
                    return stat.get().isWhiteout()
                            ? Optional.empty()
                            : Optional.of(new Found(directory, name, stat.get()));
                }
            }
            return Optional.empty();
        }

        /// All parts of a directory, down to where something hides the rest.
        private List<Fd> enter(String name) {
            List<Fd> parts = new ArrayList<>();
            for (Fd directory : here()) {
                Optional<Stat> stat = linux.attributes().find(directory, name);
                if (stat.isEmpty()) {
                    continue;
                }
                if (stat.get().type() != FileType.DIRECTORY) {
                    break;
                }
                try {
                    Fd part = linux.files().open(directory, name, DIRECTORY, 0, Resolve.PLAIN);
                    opened.add(part);
                    parts.add(part);
                } catch (LinuxError e) {
                    if (!e.is(Errno.EXDEV)) {
                        throw e;
                    }
                    continue; // a mount: what it covers is not to be seen from here
                }
                if (directory != here().getLast() && isOpaque(directory, name)) {
                    break;
                }
            }
            if (parts.isEmpty()) {
                throw new LinuxError("open", name, Errno.ENOENT);
            }
            return parts;
        }

        private boolean isOpaque(Fd directory, String name) {
            return linux.attributes()
                    .xattr(directory, name, flavor.opaqueXattr())
                    .isPresent();
        }

        @Override
        public void close() {
            opened.forEach(Fd::close);
        }
    }
}
