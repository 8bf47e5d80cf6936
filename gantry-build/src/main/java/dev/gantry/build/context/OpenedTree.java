package dev.gantry.build.context;

import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.DirectoryCalls;
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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files below an open directory, such as the root of an image. Everything is found by its descriptor, and no link
/// is followed by the kernel.
public final class OpenedTree implements SourceTree {
    private static final int INSIDE = Resolve.IN_ROOT | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int FILE = OpenFlags.READ | OpenFlags.NO_FOLLOW | OpenFlags.NON_BLOCKING;

    private final Linux linux;
    private final Fd root;
    private final boolean chance;
    private final Runnable after;

    /// @param after what is done when it is closed
    public OpenedTree(Linux linux, Fd root, Runnable after) {
        this(linux, root, false, after);
    }

    /// @param timesAreChance as those of a checkout
    public OpenedTree(Linux linux, Fd root, boolean timesAreChance, Runnable after) {
        this.chance = timesAreChance;
        this.linux = linux;
        this.root = root;
        this.after = after;
    }

    @Override
    public Optional<Node> find(String path) {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        try (Fd parent = open(slash < 0 ? "" : path.substring(0, slash), OpenFlags.PATH | OpenFlags.DIRECTORY)) {
            String there = name.isEmpty() ? "." : name;
            Optional<Stat> stat = linux.attributes().find(parent, there);
            return stat.map(s -> node(parent, there, s));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ENAMETOOLONG)) {
                return Optional.empty();
            }
            throw e.during("look at /" + path);
        }
    }

    private Node node(Fd parent, String name, Stat s) {
        String link = s.type() == FileType.SYMLINK ? linux.directories().readLink(parent, name) : "";
        return new Node(
                s.type(),
                s.mode(),
                s.uid(),
                s.gid(),
                s.size(),
                link,
                s.modified(),
                xattrs(parent, name, s),
                s.nodeMajor(),
                s.nodeMinor(),
                s.links() > 1 ? s.inode() : 0);
    }

    private Map<String, byte[]> xattrs(Fd parent, String name, Stat s) {
        Map<String, byte[]> all = new HashMap<>();
        if (s.type() == FileType.REGULAR || s.type() == FileType.DIRECTORY) {
            for (String xattr : linux.attributes().xattrs(parent, name)) {
                if (xattr.equals("security.capability")
                        || xattr.startsWith("system.posix_acl_")
                        || (xattr.startsWith("user.") && !xattr.startsWith("user.overlay."))) {
                    linux.attributes().xattr(parent, name, xattr).ifPresent(value -> all.put(xattr, value));
                }
            }
        }
        return all;
    }

    @Override
    public List<String> names(String directory) {
        try (Fd listing = open(directory, DIRECTORY)) {
            return linux.directories().entries(listing).stream()
                    .map(DirectoryCalls.Entry::name)
                    .sorted()
                    .toList();
        } catch (LinuxError e) {
            throw e.during("list /" + directory);
        }
    }

    @Override
    public void copy(String path, Fd to) {
        try (Fd file = open(path, FILE)) {
            linux.copies().copy(file, to, linux.attributes().stat(file).size(), () -> {});
        } catch (LinuxError e) {
            throw e.during("copy /" + path);
        }
    }

    @Override
    public InputStream open(String path) {
        try {
            Fd file = open(path, FILE);
            return new FdStream(linux, file, 0, linux.attributes().stat(file).size(), true);
        } catch (LinuxError e) {
            throw e.during("read /" + path);
        }
    }

    @Override
    public byte[] read(String path, int most) {
        try (Fd file = open(path, FILE)) {
            if (linux.attributes().stat(file).size() > most) {
                throw new InvalidArgument("read " + path, "it has more than " + most + " bytes", "make it smaller");
            }
            return linux.files().readAll(file, most);
        } catch (LinuxError e) {
            throw e.during("read /" + path);
        }
    }

    @Override
    public String digest(String path) throws IOException {
        try (Fd file = open(path, FILE)) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[64 << 10];
            for (int n = linux.files().read(file, buffer, 0, buffer.length);
                    n > 0;
                    n = linux.files().read(file, buffer, 0, buffer.length)) {
                sha256.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (LinuxError e) {
            throw e.during("read /" + path);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private Fd open(String path, int flags) {
        return linux.files().open(root, path.isEmpty() ? "." : path, flags, 0, INSIDE);
    }

    @Override
    public boolean timesAreChance() {
        return chance;
    }

    @Override
    public void close() {
        root.close();
        after.run();
    }
}
