package dev.gantry.volume;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.TreeCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The volumes on disk: `<name>/_data` with the files of the user, `<name>/volume.json` with what the
/// table says, in case the table is lost. A directory appears under its name when it is whole and on
/// disk, and goes by being renamed away first. Names with a dot are unfinished work, of this store
/// alone.
final class VolumeDirectories implements AutoCloseable {
    static final String DATA = "_data";
    private static final String NEW = ".new-";
    private static final String GONE = ".gone-";
    private static final String COPY = ".copy";
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    /// One name below an open directory, where another file system may be mounted.
    private static final int MOUNTED = Resolve.PLAIN & ~Resolve.NO_XDEV;

    private final Linux linux;
    private final Path path;
    private final Fd root;
    private final RandomGenerator random;
    private final VolumeDocuments documents;
    private final Backings backings;

    VolumeDirectories(Linux linux, Path path, Backings backings, RandomGenerator random) {
        this.linux = linux;
        this.backings = backings;
        this.path = path;
        this.random = random;
        this.documents = new VolumeDocuments(linux);
        try {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x---")));
            this.root = linux.files().openDirectory(path.toString());
        } catch (IOException e) {
            throw new Internal("make directory " + path, String.valueOf(e), "look at the disk of the data root", e);
        } catch (LinuxError e) {
            throw e.during("open the volumes in " + path);
        }
    }

    Path data(String name) {
        return path.resolve(name).resolve(DATA);
    }

    boolean exists(String name) {
        return linux.attributes().find(root, name).isPresent();
    }

    /// Durable on return. `fill` makes what else the volume needs, in its directory.
    void make(Volume volume, Consumer<Fd> fill) {
        make(
                volume,
                fill,
                (temporary, parent) -> linux.directories().renameNew(parent, temporary, parent, volume.name()));
    }

    /// Puts one that was made aside in the place of the one that is there, in one step; the old one is aside then.
    void exchange(String aside, Volume volume) {
        try {
            linux.directories().exchange(root, aside, root, volume.name());
            linux.files().sync(root);
        } catch (LinuxError e) {
            throw e.during("replace volume " + volume.name());
        }
    }

    /// Gives one that was made aside its name.
    void publish(String aside, Volume volume) {
        try {
            move(aside, volume.name());
        } catch (LinuxError e) {
            throw e.during("create volume " + volume.name());
        }
    }

    /// Makes a directory that nobody finds and the next [#sweep] deletes; the caller deletes it earlier, or gives it
    /// a name.
    String makeAside(Volume volume, Consumer<Fd> fill) {
        return make(volume, fill, (_, _) -> {});
    }

    private String make(Volume volume, Consumer<Fd> fill, BiConsumer<String, Fd> publish) {
        String temporary = NEW + suffix();
        try {
            linux.directories().make(root, temporary, 0711);
            try (Fd directory = linux.files().open(root, temporary, DIRECTORY, 0, Resolve.PLAIN)) {
                linux.attributes().mode(directory, 0711);
                linux.directories().make(directory, DATA, 0755);
                linux.attributes().mode(directory, DATA, 0755);
                documents.write(directory, volume);
                fill.accept(directory);
                linux.files().sync(directory);
            }
            publish.accept(temporary, root);
            linux.files().sync(root);
            return temporary;
        } catch (LinuxError e) {
            throw undone(temporary, e.during("create volume " + volume.name()));
        } catch (RuntimeException e) {
            throw undone(temporary, e);
        }
    }

    private RuntimeException undone(String temporary, RuntimeException failure) {
        try {
            delete(temporary);
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    /// Renames it away, durably: the name is free, and the files are garbage from here on.
    String moveAway(String name) {
        String gone = GONE + suffix();
        try {
            move(name, gone);
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw e.during("remove volume " + name);
            }
        }
        return gone;
    }

    /// Undoes [#make] after another step of what it was made for has failed.
    void withdraw(String name, RuntimeException failure) {
        try {
            delete(moveAway(name));
        } catch (GantryException left) {
            failure.addSuppressed(left);
        }
    }

    /// With its limit, if it has one.
    void delete(String moved) {
        try {
            Runnable after = release(moved);
            linux.trees().delete(root, moved);
            after.run();
        } catch (LinuxError e) {
            throw e.during("remove the files of a volume");
        }
    }

    private Runnable release(String moved) {
        try (Fd directory = linux.files().open(root, moved, DIRECTORY, 0, Resolve.PLAIN)) {
            return documents
                    .read(directory)
                    .map(v -> backings.release(LocalOptions.parse(v.options()), directory, root))
                    .orElse(() -> {});
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                return () -> {};
            }
            throw e;
        }
    }

    /// Durable on return; what fails has its old name, and says so.
    void rename(String from, Volume to) {
        try (Fd directory = open(from)) {
            Optional<Volume> before = documents.read(directory);
            try {
                documents.write(directory, to);
                linux.files().sync(directory);
                move(from, to.name());
            } catch (LinuxError e) {
                before.ifPresent(v -> undo(e, () -> documents.write(directory, v)));
                throw e.during("rename volume " + from);
            }
        }
    }

    /// Durable on return, or it did not happen.
    private void move(String from, String to) {
        linux.directories().renameNew(root, from, root, to);
        try {
            linux.files().sync(root);
        } catch (LinuxError e) {
            undo(e, () -> linux.directories().renameNew(root, to, root, from));
            throw e;
        }
    }

    private static void undo(LinuxError failure, Runnable step) {
        try {
            step.run();
        } catch (LinuxError also) {
            failure.addSuppressed(also);
        }
    }

    /// The directory of the volume itself, not its data.
    Fd open(String name) {
        try {
            return linux.files().open(root, name, DIRECTORY, 0, Resolve.PLAIN);
        } catch (LinuxError e) {
            throw e.during("open volume " + name);
        }
    }

    /// Its data, as it is mounted now.
    Fd openData(String name) {
        try (Fd directory = open(name)) {
            return openData(directory);
        } catch (LinuxError e) {
            throw e.during("open volume " + name);
        }
    }

    Fd openData(Fd directory) {
        return linux.files().open(directory, DATA, DIRECTORY, 0, MOUNTED);
    }

    boolean isMounted(String name) {
        try (Fd directory = open(name)) {
            return isMounted(linux, directory);
        } catch (LinuxError e) {
            throw e.during("look at volume " + name);
        }
    }

    /// The kernel says so when it is asked not to go into another mount.
    static boolean isMounted(Linux linux, Fd directory) {
        try (Fd _ = linux.files().open(directory, DATA, OpenFlags.PATH | OpenFlags.DIRECTORY, 0, Resolve.PLAIN)) {
            return false;
        } catch (LinuxError e) {
            if (e.is(Errno.EXDEV)) {
                return true;
            }
            throw e;
        }
    }

    /// Whether nobody has put anything in. What a new file system brings along does not count.
    boolean isEmpty(Fd data) {
        try (Fd again = linux.files().open(data, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            return linux.directories().entries(again).stream()
                    .allMatch(e -> e.name().equals("lost+found") && e.type() == FileType.DIRECTORY);
        }
    }

    /// Fills an empty volume that nobody else looks at: all of it is there, or nothing.
    void replaceEmpty(String name, Fd source) {
        try (Fd directory = open(name)) {
            linux.trees().delete(directory, COPY);
            linux.directories().make(directory, COPY, 0700);
            try (Fd copy = linux.files().open(directory, COPY, DIRECTORY, 0, Resolve.PLAIN)) {
                TreeCopy.copy(linux, source, copy);
                linux.files().syncFilesystem(copy);
            }
            // Fails unless the other is still empty. rename(2)
            linux.directories().rename(directory, COPY, directory, DATA);
            linux.files().sync(directory);
        } catch (LinuxError e) {
            throw e.during("fill volume " + name);
        }
    }

    List<String> names() {
        return entries(false);
    }

    /// Deletes what was left unfinished, and takes away what was mounted there.
    void sweep() {
        for (String name : entries(true)) {
            if (name.startsWith(NEW) || name.startsWith(GONE)) {
                detach(name);
                delete(name);
            }
        }
        for (String name : entries(false)) {
            try (Fd directory = open(name)) {
                linux.trees().delete(directory, COPY);
            } catch (LinuxError e) {
                throw e.during("look at volume " + name);
            }
        }
    }

    private void detach(String name) {
        try (Fd directory = open(name)) {
            linux.mounts().detach(directory, DATA);
        } catch (LinuxError e) {
            if (!e.is(Errno.EINVAL, Errno.ENOENT)) {
                throw e.during("unmount what an unfinished volume had");
            }
        }
    }

    private List<String> entries(boolean hidden) {
        List<String> names = new ArrayList<>();
        try (Fd again = linux.files().open(root, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            for (var e : linux.directories().entries(again)) {
                if (e.type() == FileType.DIRECTORY && e.name().startsWith(".") == hidden) {
                    names.add(e.name());
                }
            }
            return names;
        } catch (LinuxError e) {
            throw e.during("list the volumes in " + path);
        }
    }

    /// What the directory says about itself, for a table that does not know it.
    Optional<Volume> document(String name) {
        try (Fd directory = open(name)) {
            return documents.read(directory).filter(v -> v.name().equals(name));
        }
    }

    private String suffix() {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        root.close();
    }
}
