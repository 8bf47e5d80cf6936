package dev.gantry.engine.files;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.ContainerRoots;
import dev.gantry.engine.container.OpenRoot;
import dev.gantry.engine.container.RootFiles;
import dev.gantry.engine.container.UserLookup;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.RootedTar;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Copies files out of containers and into them. Every path is resolved by the kernel in the container's own root and
/// mounts (CVE-2018-15664), and nothing of the container is executed or loaded (CVE-2019-14271).
public final class ContainerFiles {
    private static final int AT_A_TIME = 64;
    private static final int IN_ROOT = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;
    private static final int DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY;

    /// What the kernel tells there has no end, and is nobody's file.
    private static final List<String> OF_THE_KERNEL = List.of("/proc", "/sys", "/dev");

    private final Linux linux;
    private final ContainerRoots roots;
    private final RootFiles rootFiles;
    private final Events events;
    private final FileThreads threads = new FileThreads(AT_A_TIME);

    public ContainerFiles(Linux linux, ContainerRoots roots, RootFiles rootFiles, Events events) {
        this.linux = linux;
        this.roots = roots;
        this.rootFiles = rootFiles;
        this.events = events;
    }

    /// How files come in.
    ///
    /// @param keepsKinds a directory may not take the place of something else, nor the other way round
    /// @param ofUser they belong to the container's user, and not to whom the archive says
    public record Arrival(boolean keepsKinds, boolean ofUser) {}

    /// Where a walk ended: a name in an open directory of the container.
    private record Place(Fd directory, String name, String inside, PathStat stat) implements AutoCloseable {
        @Override
        public void close() {
            directory.close();
        }
    }

    /// Looks at what is there, links in the last place not followed.
    public PathStat stat(ContainerId id, String path) {
        return on(id, "look at files of", root -> {
            try (Place place = find(root, path)) {
                return place.stat();
            }
        });
    }

    /// What is there, to be written as a tar; it is open until it is closed.
    public Outgoing read(ContainerId id, String path) {
        OpenRoot root = roots.open(id, "copy files out of");
        try {
            Place place = call("copy files out of container " + root.name(), root, () -> find(root, path));
            return new Outgoing(id, root, place);
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    /// Files on their way out.
    public final class Outgoing implements AutoCloseable {
        private final ContainerId id;
        private final OpenRoot root;
        private final Place place;

        private Outgoing(ContainerId id, OpenRoot root, Place place) {
            this.id = id;
            this.root = root;
            this.place = place;
        }

        public PathStat stat() {
            return place.stat();
        }

        /// Returns when all is written.
        public void write(OutputStream out) throws IOException {
            String name = place.stat().name();
            String as = name.equals("/") ? "" : name;
            threads.send("copy files out of container " + root.name(), out, client -> {
                root.working();
                RootedTar.pack(
                        linux,
                        place.directory(),
                        place.name(),
                        as,
                        root.ids(),
                        p -> enters(place.inside(), as, p),
                        root.whileOpen(client));
            });
            tell(id, root, "archive-path");
        }

        @Override
        public void close() {
            place.close();
            root.close();
        }
    }

    /// Unpacks a tar, plain or compressed, into the directory `path`. What came before an error stays.
    public void write(ContainerId id, String path, InputStream archive, Arrival how) throws IOException {
        try (OpenRoot root = roots.open(id, "copy files into")) {
            threads.receive("copy files into container " + root.name(), archive, client -> {
                root.working();
                try (InputStream tar = Compression.decompress(client, "the archive")) {
                    unpack(root, path, root.whileOpen(tar), how);
                } catch (LinuxError e) {
                    throw e.during("copy files into container " + root.name());
                }
            });
            tell(id, root, "extract-to-dir");
        }
    }

    private void unpack(OpenRoot root, String path, InputStream tar, Arrival how) throws IOException {
        AskedPath asked = AskedPath.of(path);
        String whole = asked.directory() + asked.last();
        try (Fd directory = directory(root, whole, path)) {
            refuseReadOnly(root, whole, directory);
            String base = Links.follow(linux, root.fd(), whole);
            RootedTar.unpack(
                    linux,
                    tar,
                    root.fd(),
                    directory,
                    base.equals("/") ? "" : base,
                    new RootedTar.Rules(how.keepsKinds(), how.ofUser() ? owner(root) : null, root.ids()));
        }
    }

    private Fd directory(OpenRoot root, String whole, String path) {
        try {
            return linux.files().open(root.fd(), whole, OpenFlags.READ | OpenFlags.DIRECTORY, 0, IN_ROOT);
        } catch (LinuxError e) {
            if (e.is(Errno.ENOTDIR)) {
                throw new InvalidArgument(
                        "copy files into container " + root.name(),
                        "extraction point is not a directory: " + path,
                        "name a directory",
                        e);
            }
            throw missing(root, path, e);
        }
    }

    private void refuseReadOnly(OpenRoot root, String whole, Fd directory) {
        String what = "copy files into container " + root.name();
        if (root.spec().security().readonlyRootfs() && isOfRootItself(root, whole)) {
            throw new Forbidden(what, "container rootfs is marked read-only", "copy into a volume");
        }
        if (linux.files().isReadOnly(directory)) {
            throw new Forbidden(what, "mounted volume is marked read-only", "copy to another place");
        }
    }

    /// And of nothing that is mounted in it.
    private boolean isOfRootItself(OpenRoot root, String whole) {
        try (Fd same = linux.files().open(root.fd(), whole, DIRECTORY, 0, IN_ROOT | Resolve.NO_XDEV)) {
            return same.number() >= 0;
        } catch (LinuxError e) {
            return !e.is(Errno.EXDEV);
        }
    }

    /// Null where the container has no user of its own: then everybody keeps what is theirs.
    private RootedTar.Rules.@Nullable Owner owner(OpenRoot root) {
        if (root.spec().command().user().isEmpty()) {
            return null;
        }
        UserLookup.Identity user = UserLookup.resolve(
                root.spec().command().user(),
                List.of(),
                rootFiles.read(root.layers(), "etc/passwd"),
                rootFiles.read(root.layers(), "etc/group"));
        return new RootedTar.Rules.Owner((int) user.uid(), (int) user.gid());
    }

    // finding

    private Place find(OpenRoot root, String path) {
        AskedPath asked = AskedPath.of(path);
        try {
            Fd directory = linux.files().open(root.fd(), asked.directory(), DIRECTORY, 0, IN_ROOT);
            try {
                return find(root, asked, directory);
            } catch (RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (LinuxError e) {
            if (e.is(Errno.ENOTDIR) && asked.asksForDirectory()) {
                throw new InvalidArgument(
                        "find " + path + " in container " + root.name(),
                        "not a directory",
                        "leave out the slash at the end",
                        e);
            }
            throw missing(root, path, e);
        }
    }

    private Place find(OpenRoot root, AskedPath asked, Fd directory) {
        String name = asked.asksForDirectory() ? "." : asked.last();
        Stat stat = linux.attributes().stat(directory, name);
        String inside = Links.follow(linux, root.fd(), asked.directory());
        if (!asked.asksForDirectory()) {
            inside = (inside.equals("/") ? "" : inside) + "/" + name;
        }
        String link = stat.type() == FileType.SYMLINK ? Links.follow(linux, root.fd(), inside) : "";
        return new Place(directory, name, inside, new PathStat(asked.name(), stat, link));
    }

    private static RuntimeException missing(OpenRoot root, String path, LinuxError e) {
        String what = "find " + path + " in container " + root.name();
        return e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ENAMETOOLONG)
                ? new NotFound(what, "there is no such file or directory", "look at the path", e)
                : e.during(what);
    }

    /// Whether a mount at `path` of the archive, which begins with `as` for `inside`, is entered.
    private static boolean enters(String inside, String as, String path) {
        String there = (inside.equals("/") ? "" : inside) + path.substring(as.length());
        return path.equals(as) || OF_THE_KERNEL.stream().noneMatch(k -> there.equals(k) || there.startsWith(k + "/"));
    }

    // work

    private interface Use<T> {
        T of(OpenRoot root) throws IOException;
    }

    private <T> T on(ContainerId id, String what, Use<T> use) {
        try (OpenRoot root = roots.open(id, what)) {
            return call(what + " container " + root.name(), root, () -> use.of(root));
        }
    }

    private <T> T call(String what, OpenRoot root, FileThreads.Work<T> work) {
        try {
            return threads.call(what, () -> {
                root.working();
                return work.run();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(what, e);
        }
    }

    private void tell(ContainerId id, OpenRoot root, String action) {
        Map<String, String> attributes = new HashMap<>(root.spec().labels());
        attributes.put("image", root.spec().image());
        attributes.put("name", root.name());
        events.publish(Event.Kind.CONTAINER, action, id.hex(), attributes);
    }
}
