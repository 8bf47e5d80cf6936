package dev.gantry.images.layer;

import dev.gantry.base.IdMap;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The names of a layer being unpacked. Every path is resolved by the kernel below the root's
/// descriptor with `RESOLVE_IN_ROOT`, and the last name is never followed: links that an archive plants
/// lead to places inside.
final class LayerTree implements AutoCloseable {
    private static final int DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY;
    private static final int IMPLIED_MODE = 0755;
    private static final int OPEN_PARENTS = 32;

    private final Linux linux;

    /// What nothing leads out of.
    private final Fd scope;

    /// Where the names of the archive are, by descriptor and, below the scope, as a prefix of paths.
    private final Fd root;

    private final String base;
    private final int way;
    private final OverlayFlavor flavor;
    private final IdMap ids;

    /// Directories that recent entries were in. Forgotten whenever a directory or a link goes away.
    private final Map<String, Fd> parents = new LinkedHashMap<>(64, 0.75f, true);

    /// Forgotten, but perhaps in use by the current entry; closed before the next one.
    private final List<Fd> retired = new ArrayList<>();

    private final Set<String> implied = new LinkedHashSet<>();

    LayerTree(Linux linux, Fd root, OverlayFlavor flavor) {
        this(linux, root, root, "", Resolve.IN_ROOT | Resolve.NO_MAGICLINKS | Resolve.NO_XDEV, flavor, IdMap.SAME);
    }

    private LayerTree(Linux linux, Fd scope, Fd root, String base, int way, OverlayFlavor flavor, IdMap ids) {
        this.ids = ids;
        this.linux = linux;
        this.scope = scope;
        this.root = root;
        this.base = base;
        this.way = way;
        this.flavor = flavor;
    }

    /// Below the directory `base` of a container: links may lead anywhere in its root, and mounts are entered.
    /// What no entry describes becomes that of the root of `ids`.
    static LayerTree inside(Linux linux, Fd scope, Fd directory, String base, OverlayFlavor flavor, IdMap ids) {
        int way = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;
        return new LayerTree(linux, scope, directory, base + "/", way, flavor, ids);
    }

    /// The directory of that path; with `make`, missing ones on the way are made.
    Fd directory(String path, boolean make) {
        if (path.isEmpty()) {
            return root;
        }
        Fd known = parents.get(path);
        if (known != null) {
            return known;
        }
        Fd fd = resolve(path, make);
        parents.put(path, fd);
        if (parents.size() > OPEN_PARENTS) {
            String eldest = parents.keySet().iterator().next();
            retired.add(parents.remove(eldest));
        }
        return fd;
    }

    private Fd resolve(String path, boolean make) {
        try {
            return linux.files().open(scope, base + path, DIRECTORY, 0, way);
        } catch (LinuxError e) {
            if (e.is(Errno.ELOOP)) {
                throw new TarFault("the path " + TarFault.shown(path) + " has links in a circle");
            }
            if (!make || !e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                throw e;
            }
        }
        int slash = path.lastIndexOf('/');
        Fd above = directory(slash < 0 ? "" : path.substring(0, slash), true);
        makeImplied(above, path.substring(slash + 1), path);
        return linux.files().open(scope, base + path, DIRECTORY, 0, way);
    }

    /// A directory that later entries need and none describes. A whiteout in its place becomes an
    /// opaque directory: what lies below stays hidden.
    private void makeImplied(Fd above, String name, String path) {
        Optional<Stat> there = linux.attributes().find(above, name);
        if (there.isPresent() && (flavor == OverlayFlavor.FILES || !there.get().isWhiteout())) {
            throw new TarFault("the path " + TarFault.shown(path) + " leads through something that is no directory");
        }
        boolean hidden = flavor.unhide(linux, above, name);
        linux.directories().make(above, name, IMPLIED_MODE);
        linux.attributes().mode(above, name, IMPLIED_MODE);
        if (!ids.isSame()) {
            linux.attributes().owner(above, name, (int) ids.uidOutside(0), (int) ids.gidOutside(0));
        }
        if (hidden) {
            opaque(above, name);
        } else {
            implied.add(path);
        }
    }

    /// Directories that were made on the way, the upper ones first; who describes one takes it out.
    Set<String> implied() {
        return implied;
    }

    /// Makes something new at a name. What an earlier entry made there goes first.
    void replace(Fd parent, String name, Runnable make) {
        try {
            make.run();
        } catch (LinuxError e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            remove(parent, name);
            make.run();
        }
    }

    /// A directory that is there stays, with what is in it.
    void makeDirectory(Fd parent, String name) {
        try {
            linux.directories().make(parent, name, IMPLIED_MODE);
            if (flavor == OverlayFlavor.FILES && flavor.unhide(linux, parent, name)) {
                opaque(parent, name);
            }
            return;
        } catch (LinuxError e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        Stat there = linux.attributes().stat(parent, name);
        if (there.type() == FileType.DIRECTORY) {
            return;
        }
        remove(parent, name);
        linux.directories().make(parent, name, IMPLIED_MODE);
        if (there.isWhiteout()) {
            opaque(parent, name);
        }
    }

    private void remove(Fd parent, String name) {
        forget();
        linux.trees().delete(parent, name);
    }

    /// OCI image-spec 1.1 §layer "Whiteouts": the name hides what lower layers have. What this layer
    /// itself has there stays; if it is a directory, it hides the one below.
    void whiteout(Fd parent, String name) {
        try {
            flavor.hide(linux, parent, name);
        } catch (LinuxError e) {
            if (e.is(Errno.ENAMETOOLONG)) {
                throw new TarFault("its whiteout of " + TarFault.shown(name) + " is longer than a name can be");
            }
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            if (linux.attributes().stat(parent, name).type() == FileType.DIRECTORY) {
                opaque(parent, name);
            }
        }
    }

    /// Hides what lower layers have in this directory.
    void opaque(Fd parent, String name) {
        flavor.makeOpaque(linux, parent, name);
    }

    /// An existing directory by its own path, for its times at the end; empty if it is none any more.
    Optional<Fd> reopen(String path) {
        try {
            int flags = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
            return Optional.of(linux.files().open(scope, path.isEmpty() ? base + "." : base + path, flags, 0, way));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void forget() {
        retired.addAll(parents.values());
        parents.clear();
    }

    /// Descriptors handed out before are closed now, or soon.
    void nextEntry() {
        retired.forEach(Fd::close);
        retired.clear();
    }

    @Override
    public void close() {
        forget();
        nextEntry();
    }
}
