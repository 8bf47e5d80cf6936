package dev.gantry.images.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import dev.gantry.linux.Trash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// What snapshotters have in common, below one root:
///
/// ```
/// <chain hex>/fs          an unpacked layer          <chain hex>/size    its content bytes, as text
/// containers/<id>/        a container's own files, and what it stands on
/// stage/                  layers being unpacked; emptied at the start
/// trash/                  what is being deleted
/// empty/                  what an image without layers stands on
/// ```
///
/// A layer is synced before it gets its name, except one that a build has just made: that has a `kept` instead of its
/// `size` until it is synced too, and is no layer when the store is opened before.
final class LayerStore implements AutoCloseable {
    static final int PRIVATE = 0700;
    static final int ROOT_MODE = 0755;
    private static final String SIZE = "size";
    private static final String KEPT = "kept";
    private static final int DIR_FLAGS = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    private final Linux linux;
    private final Path root;
    private final Fd rootFd;
    private final Fd containersFd;
    private final Fd stageFd;
    private final Trash trash;
    private final OverlayFlavor flavor;
    private final AtomicLong stages = new AtomicLong();

    /// Layers that are not synced, each with what tells it from an earlier one that was removed. Whoever adds one, or
    /// calls one synced, holds its lock.
    private final Map<ChainId, Object> unsettled = new ConcurrentHashMap<>();

    /// Makes what is missing below `root`, and removes what an earlier process left half done. One
    /// process owns a root; who, the caller has seen to.
    ///
    /// @param flavor given the root and the name of an empty directory in it
    LayerStore(Linux linux, Path root, Function<Fd, OverlayFlavor> flavor) {
        this.linux = linux;
        this.root = root.toAbsolutePath().normalize();
        List<Fd> opened = new ArrayList<>();
        try {
            opened.add(makeRoot());
            this.rootFd = opened.getLast();
            opened.add(directory("containers", PRIVATE));
            this.containersFd = opened.getLast();
            opened.add(directory("stage", PRIVATE));
            this.stageFd = opened.getLast();
            directory("empty", ROOT_MODE).close();
            try (Fd listing = linux.files().open(stageFd, ".", DIR_FLAGS, 0, Resolve.PLAIN)) {
                linux.directories().entries(listing).forEach(e -> linux.trees().delete(stageFd, e.name()));
            }
            this.flavor = flavor.apply(rootFd);
            directory("trash", PRIVATE).close();
            removeUnsettled();
            this.trash = new Trash(linux, rootFd, "trash");
        } catch (LinuxError e) {
            opened.forEach(Fd::close);
            throw e.during("open snapshots " + root);
        }
    }

    private void removeUnsettled() {
        try (Fd listing = linux.files().open(rootFd, ".", DIR_FLAGS, 0, Resolve.PLAIN)) {
            for (DirectoryCalls.Entry entry : linux.directories().entries(listing)) {
                String name = entry.name();
                if (ContainerMarks.chain(name).isPresent()
                        && linux.attributes().find(rootFd, name + "/" + SIZE).isEmpty()) {
                    linux.trees().delete(rootFd, name);
                }
            }
        }
    }

    /// How layers keep their marks.
    OverlayFlavor flavor() {
        return flavor;
    }

    /// Where the directories of containers are, by their ids.
    Fd containersFd() {
        return containersFd;
    }

    Path own(ContainerId container) {
        return root.resolve("containers").resolve(container.hex());
    }

    /// Whatever way leads to the directory, as a bind mount.
    boolean isAbove(Path directory) {
        try {
            Stat wanted = linux.attributes().stat(Fd.CWD, directory.resolve(".").toString());
            for (Path at = root.toRealPath(); at != null; at = at.getParent()) {
                Stat stat = linux.attributes().stat(Fd.CWD, at.toString());
                if (stat.inode() == wanted.inode() && stat.device() == wanted.device()) {
                    return true;
                }
            }
            return false;
        } catch (LinuxError e) {
            throw e.during("look at directory " + directory);
        } catch (IOException e) {
            throw new Internal("look at directory " + root, String.valueOf(e), "look at the data root", e);
        }
    }

    boolean contains(ChainId chain) {
        try {
            return linux.attributes().find(rootFd, chain.digest().hex()).isPresent();
        } catch (LinuxError e) {
            throw e.during("look for layer " + chain.digest());
        }
    }

    Snapshotter.LayerStage stage(ChainId chain) {
        try {
            return new Stage(chain);
        } catch (LinuxError e) {
            throw e.during("unpack layer " + chain.digest());
        }
    }

    void removeLayer(ChainId chain) {
        try {
            trash.take(rootFd, chain.digest().hex());
        } catch (LinuxError e) {
            throw e.during("remove layer " + chain.digest());
        }
    }

    List<ChainId> layers() {
        List<ChainId> chains = new ArrayList<>();
        for (String name : names(rootFd)) {
            ContainerMarks.chain(name).ifPresent(chains::add);
        }
        return chains;
    }

    long contentBytes(ChainId chain) {
        try {
            return (unsettled.containsKey(chain) ? size(chain, KEPT) : OptionalLong.empty())
                    .orElseGet(() -> size(chain, SIZE).orElse(0));
        } catch (LinuxError e) {
            throw e.during("read the size of layer " + chain.digest());
        } catch (NumberFormatException e) {
            throw new Internal(
                    "read the size of layer " + chain.digest(), "its size file is damaged", "pull the image again", e);
        }
    }

    private OptionalLong size(ChainId chain, String name) {
        String path = chain.digest().hex() + "/" + name;
        try (Fd file = linux.files().open(rootFd, path, OpenFlags.READ, 0, Resolve.PLAIN)) {
            return OptionalLong.of(Long.parseLong(new String(linux.files().readAll(file, 32), US_ASCII)));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT)) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /// [NotFound] when one of them is not unpacked.
    void require(ContainerId container, List<ChainId> chains) {
        for (ChainId chain : chains) {
            if (!contains(chain)) {
                throw new NotFound(
                        "prepare the files of container " + container.shortHex(),
                        "layer " + chain.digest() + " is not unpacked",
                        "pull or load the image again");
            }
        }
    }

    /// Makes the directory of a container, and has it filled: all of it, or nothing stays.
    void make(ContainerId container, Runnable fill) {
        String id = container.hex();
        try {
            linux.directories().make(containersFd, id, PRIVATE);
            try {
                fill.run();
            } catch (RuntimeException | Error e) {
                try {
                    linux.trees().delete(containersFd, id);
                } catch (LinuxError cleanUp) {
                    e.addSuppressed(cleanUp);
                }
                throw e;
            }
        } catch (LinuxError e) {
            throw e.during("prepare the files of container " + container.shortHex());
        }
    }

    ContainerMarks marks(ContainerId container) {
        return new ContainerMarks(linux, containersFd, container.hex());
    }

    /// A directory of a container becomes a layer.
    void keep(String written, ChainId chain, long contentBytes) {
        if (contains(chain)) {
            return;
        }
        try (Stage stage = new Stage(chain)) {
            stage.take(written);
            stage.keep(contentBytes);
        } catch (LinuxError e) {
            throw e.during("keep layer " + chain.digest());
        }
    }

    void settle() {
        Map<ChainId, Object> now;
        synchronized (unsettled) { // whoever sees a layer, finds it here
            now = Map.copyOf(unsettled);
        }
        if (now.isEmpty()) {
            return;
        }
        try {
            linux.files().syncFilesystem(rootFd);
            now.forEach(this::synced);
        } catch (LinuxError e) {
            throw e.during("store layers");
        }
    }

    private void synced(ChainId chain, Object which) {
        String layer = chain.digest().hex();
        synchronized (unsettled) {
            if (unsettled.get(chain) != which) {
                return; // another has done it, or it was removed and made again
            }
            try {
                linux.directories().rename(rootFd, layer + "/" + KEPT, rootFd, layer + "/" + SIZE);
            } catch (LinuxError e) {
                if (!e.is(Errno.ENOENT)) {
                    throw e;
                }
            }
        }
        try (Fd directory = linux.files().open(rootFd, layer, OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN)) {
            linux.files().sync(directory);
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw e; // else it was removed meanwhile
            }
        }
        unsettled.remove(chain, which);
    }

    /// What the container stands on, topmost first; empty for one that is not known.
    Optional<List<Path>> lowers(ContainerId container) {
        ContainerMarks marks = marks(container);
        Optional<Path> directory = marks.directory();
        return directory.isPresent()
                ? Optional.of(List.of(directory.get()))
                : marks.chains().map(this::paths);
    }

    void remove(ContainerId container) {
        try {
            trash.take(containersFd, container.hex());
        } catch (LinuxError e) {
            throw e.during("remove the files of container " + container.shortHex());
        }
    }

    List<ContainerId> containers() {
        return names(containersFd).stream()
                .filter(n -> n.matches("[0-9a-f]{64}"))
                .map(ContainerId::new)
                .toList();
    }

    @Override
    public void close() {
        trash.close();
        stageFd.close();
        containersFd.close();
        rootFd.close();
    }

    List<Path> paths(List<ChainId> chains) {
        return chains.isEmpty()
                ? List.of(root.resolve("empty"))
                : chains.stream()
                        .map(c -> root.resolve(c.digest().hex()).resolve("fs"))
                        .toList();
    }

    private List<String> names(Fd directory) {
        try (Fd listing = linux.files().open(directory, ".", DIR_FLAGS, 0, Resolve.PLAIN)) {
            return linux.directories().entries(listing).stream()
                    .map(DirectoryCalls.Entry::name)
                    .toList();
        } catch (LinuxError e) {
            throw e.during("list snapshots");
        }
    }

    private void delete(Fd parent, String name, String what) {
        try {
            linux.trees().delete(parent, name);
        } catch (LinuxError e) {
            throw e.during(what);
        }
    }

    private Fd makeRoot() {
        Path at = root.getRoot();
        for (Path part : root) {
            at = at.resolve(part);
            if (linux.attributes().find(Fd.CWD, at.toString()).isEmpty()) {
                makeUnlessThere(Fd.CWD, at.toString(), at.equals(root) ? PRIVATE : ROOT_MODE);
            }
        }
        return linux.files().openDirectory(root.toString());
    }

    private Fd directory(String name, int mode) {
        makeUnlessThere(rootFd, name, mode);
        return linux.files().open(rootFd, name, DIR_FLAGS, 0, Resolve.PLAIN);
    }

    private void makeUnlessThere(Fd parent, String name, int mode) {
        try {
            linux.directories().make(parent, name, mode);
            linux.attributes().mode(parent, name, mode);
        } catch (LinuxError e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    /// A layer on its way in.
    private final class Stage implements Snapshotter.LayerStage {
        private final ChainId chain;
        private final String name;

        Stage(ChainId chain) {
            this.chain = chain;
            this.name = chain.digest().shortHex() + "-" + stages.incrementAndGet();
            linux.directories().make(stageFd, name, PRIVATE);
            linux.directories().make(stageFd, name + "/fs", ROOT_MODE);
            linux.attributes().mode(stageFd, name + "/fs", ROOT_MODE);
        }

        @Override
        public Path directory() {
            return root.resolve("stage").resolve(name).resolve("fs");
        }

        /// In place of the empty directory.
        void take(String written) {
            linux.directories().removeEmpty(stageFd, name + "/fs");
            linux.directories().renameNew(containersFd, written, stageFd, name + "/fs");
        }

        @Override
        public void adopt(List<String> directories, List<ChainId> lowers) {
            List<Path> below = lowers.stream()
                    .map(c -> root.resolve(c.digest().hex()).resolve("fs"))
                    .toList();
            if (below.isEmpty()) {
                return;
            }
            try (LayeredRoot merged = LayeredRoot.open(linux, below, flavor);
                    Fd fs = linux.files().openDirectory(directory().toString())) {
                for (String path : directories) {
                    merged.stat(path)
                            .filter(stat -> stat.type() == FileType.DIRECTORY)
                            .ifPresent(stat -> describe(fs, path, stat));
                }
            } catch (LinuxError e) {
                throw e.during("unpack layer " + chain.digest());
            }
        }

        /// What a later entry has put in the place of the directory has described itself.
        private void describe(Fd fs, String path, Stat stat) {
            try (Fd directory = linux.files().open(fs, path, DIR_FLAGS, 0, Resolve.BENEATH | Resolve.NO_SYMLINKS)) {
                linux.attributes().owner(directory, stat.uid(), stat.gid());
                linux.attributes().mode(directory, stat.mode());
                linux.attributes().times(directory, stat.modified(), stat.modified());
            } catch (LinuxError e) {
                if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                    throw e;
                }
            }
        }

        @Override
        public void commit(long contentBytes) {
            try (Fd size = size(SIZE, contentBytes)) {
                linux.files().syncFilesystem(size);
                named();
                linux.files().sync(rootFd);
            } catch (LinuxError e) {
                // Another stage of the same chain was faster; ours goes at the close.
                if (!e.is(Errno.EEXIST)) {
                    throw e.during("commit layer " + chain.digest());
                }
            }
        }

        /// The same without a sync.
        void keep(long contentBytes) {
            size(KEPT, contentBytes).close();
            synchronized (unsettled) {
                try {
                    named();
                    unsettled.put(chain, new Object());
                } catch (LinuxError e) {
                    if (!e.is(Errno.EEXIST)) {
                        throw e;
                    }
                }
            }
        }

        private Fd size(String file, long contentBytes) {
            int flags = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE;
            Fd size = linux.files().open(stageFd, name + "/" + file, flags, 0600, Resolve.PLAIN);
            try {
                byte[] text = Long.toString(contentBytes).getBytes(US_ASCII);
                linux.files().write(size, text, 0, text.length);
                return size;
            } catch (LinuxError e) {
                size.close();
                throw e;
            }
        }

        private void named() {
            linux.directories().renameNew(stageFd, name, rootFd, chain.digest().hex());
        }

        @Override
        public void close() {
            delete(stageFd, name, "clean up after layer " + chain.digest());
        }
    }
}
