package dev.gantry.images.snapshot;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.util.List;

/// How a layer says what it hides of those below it. An overlay wants device nodes, and attributes: `trusted.*` ones,
/// which need a capability in the first user namespace, or `user.*` ones, which a mount with `userxattr` understands.
/// Where no overlay can be mounted, which may forbid either, there are files by the names that the tar of a layer has
/// for them; no file of a layer has such a name. OCI image-spec 1.1 §layer "Whiteouts".
public enum OverlayFlavor {
    TRUSTED("trusted.overlay.", List.of("index=off", "redirect_dir=off", "metacopy=off")),
    USER("user.overlay.", List.of("userxattr", "index=off")),
    FILES("", List.of());

    private static final String HIDES = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MARK = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.NO_FOLLOW;

    private final String prefix;
    private final List<String> mountOptions;

    OverlayFlavor(String prefix, List<String> mountOptions) {
        this.prefix = prefix;
        this.mountOptions = mountOptions;
    }

    /// Indexes, redirects and metadata-only copies stay off: they would let an upper directory mean
    /// something only together with its lower ones, and it could not be made a layer.
    List<String> mountOptions() {
        return mountOptions;
    }

    /// Has the directory, which may be `.`, hide the one below it.
    public void makeOpaque(Linux linux, Fd parent, String name) {
        if (this == FILES) {
            String mark = name.equals(".") ? OPAQUE : name + "/" + OPAQUE;
            linux.files().open(parent, mark, MARK, 0600, Resolve.PLAIN).close();
        } else {
            linux.attributes().setXattr(parent, name, prefix + "opaque", new byte[] {'y'});
        }
    }

    /// Whether the directory, which may be `.`, hides the one below it.
    public boolean isOpaque(Linux linux, Fd parent, String name) {
        return this == FILES
                ? linux.attributes().find(parent, name + "/" + OPAQUE).isPresent()
                : linux.attributes().xattr(parent, name, prefix + "opaque").isPresent();
    }

    /// Hides what lower layers have at this name. EEXIST where the layer itself has something.
    public void hide(Linux linux, Fd parent, String name) {
        if (this != FILES) {
            linux.directories().makeNode(parent, name, FileType.CHARACTER_DEVICE.modeBits(), 0, 0);
        } else if (linux.attributes().find(parent, name).isPresent()) {
            throw new LinuxError("open", name, Errno.EEXIST);
        } else {
            linux.files().open(parent, HIDES + name, MARK, 0600, Resolve.PLAIN).close();
        }
    }

    /// Whether this layer hides what lower ones have at a name at which it has nothing itself.
    boolean hides(Linux linux, Fd directory, String name) {
        if (this != FILES) {
            return false;
        }
        try {
            return linux.attributes().find(directory, HIDES + name).isPresent();
        } catch (LinuxError e) {
            if (e.is(Errno.ENAMETOOLONG)) {
                return false; // no layer can have hidden it
            }
            throw e;
        }
    }

    /// Takes the mark of a name away; false: there is none.
    public boolean unhide(Linux linux, Fd parent, String name) {
        try {
            if (this != FILES && !linux.attributes().stat(parent, name).isWhiteout()) {
                return false;
            }
            linux.directories().unlink(parent, this == FILES ? HIDES + name : name);
            return true;
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT) || this == FILES && e.is(Errno.ENAMETOOLONG)) {
                return false; // such a name cannot have a mark
            }
            throw e;
        }
    }

    /// Whether what is at a name of a layer is only a mark.
    boolean isMark(String name, Stat stat) {
        return this == FILES ? name.startsWith(HIDES) : stat.isWhiteout();
    }

    /// Asks by doing: whether this process may set a trusted attribute on a directory of its own.
    static OverlayFlavor probe(Linux linux, Fd parent, String directory) {
        try {
            linux.attributes().setXattr(parent, directory, "trusted.gantry.probe", new byte[] {'y'});
            linux.attributes().removeXattr(parent, directory, "trusted.gantry.probe");
            return TRUSTED;
        } catch (LinuxError e) {
            if (e.is(Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP)) {
                return USER;
            }
            throw e;
        }
    }
}
