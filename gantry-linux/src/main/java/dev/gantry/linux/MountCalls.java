package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Mounting and unmounting at one name of an open directory: no path of the host is walked. <sys/mount.h>,
/// <linux/mount.h>.
public final class MountCalls {
    public static final long READ_ONLY = 0x1; // MS_RDONLY
    public static final long NO_SUID = 0x2; // MS_NOSUID
    public static final long NO_DEV = 0x4; // MS_NODEV
    public static final long NO_EXEC = 0x8; // MS_NOEXEC
    public static final long SYNCHRONOUS = 0x10; // MS_SYNCHRONOUS
    public static final long REMOUNT = 0x20; // MS_REMOUNT
    public static final long DIR_SYNC = 0x80; // MS_DIRSYNC
    public static final long NO_ATIME = 0x400; // MS_NOATIME
    public static final long NO_DIR_ATIME = 0x800; // MS_NODIRATIME
    public static final long BIND = 0x1000; // MS_BIND
    public static final long RECURSIVE = 0x4000; // MS_REC
    public static final long PRIVATE = 0x40000; // MS_PRIVATE
    public static final long SLAVE = 0x80000; // MS_SLAVE
    public static final long SHARED = 0x100000; // MS_SHARED
    public static final long REL_ATIME = 0x200000; // MS_RELATIME
    public static final long STRICT_ATIME = 0x1000000; // MS_STRICTATIME

    static final int MNT_DETACH = 2;
    static final int UMOUNT_NOFOLLOW = 8;
    static final int OPEN_TREE_CLONE = 1;
    static final int AT_EMPTY_PATH = 0x1000; // <fcntl.h>
    static final int FSCONFIG_SET_FLAG = 0;
    static final int FSCONFIG_SET_STRING = 1;
    static final int FSCONFIG_CMD_CREATE = 6;
    static final int MOUNT_ATTR_RDONLY = 1;
    static final long MOUNT_ATTR_IDMAP = 0x100000;
    static final int AT_RECURSIVE = 0x8000; // <linux/fcntl.h>

    /// `struct mount_attr`: u64 attr_set, attr_clr, propagation, userns_fd.
    static final int MOUNT_ATTR_SIZE = 32;

    static final int ATTR_USERNS_FD = 24;
    private static final int FSCONTEXT_CLOEXEC = 1;

    private final Kernel kernel;

    MountCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Mounts at `name` in `directory`; `data` is the filesystem's own. mount(2).
    public void mount(String source, Fd directory, String name, String type, long flags, String data) {
        call(source, place(directory, name), type, flags, data);
    }

    /// Changes flags or the propagation of what is mounted at `name`.
    public void change(Fd directory, String name, long flags) {
        call("none", place(directory, name), "", flags, "");
    }

    private void call(String source, String target, String type, long flags, String data) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(
                    arena,
                    Sys.MOUNT,
                    Memory.cString(arena, source),
                    Memory.cString(arena, target),
                    type.isEmpty() ? 0 : Memory.cString(arena, type),
                    flags,
                    data.isEmpty() ? 0 : Memory.cString(arena, data),
                    0);
            if (rc < 0) {
                throw LinuxError.of(Sys.MOUNT, source, rc);
            }
        }
    }

    /// Takes away what is mounted at `name` in `directory`; it vanishes with its last user. EINVAL where
    /// nothing is mounted. umount2(2).
    public void detach(Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Memory.cString(arena, place(directory, name));
            long rc = kernel.call(arena, Sys.UMOUNT2, path, MNT_DETACH | UMOUNT_NOFOLLOW, 0, 0, 0, 0);
            if (rc < 0) {
                throw LinuxError.of(Sys.UMOUNT2, name, rc);
            }
        }
    }

    /// The layers (topmost first) as one read-only tree that is mounted nowhere and goes with the
    /// descriptor. One layer alone is itself. fsopen(2), kernel's Documentation/filesystems/overlayfs.
    public Fd overlay(List<String> layers, List<String> options) {
        if (layers.size() == 1) {
            return openTree(Fd.CWD, layers.getFirst(), 0);
        }
        return overlay(layers, options, MOUNT_ATTR_RDONLY);
    }

    /// The same, to be written to: `options` have an upper directory and one to work in.
    public Fd writableOverlay(List<String> lowers, List<String> options) {
        return overlay(lowers, options, 0);
    }

    private Fd overlay(List<String> layers, List<String> options, int attributes) {
        try (Arena arena = Arena.ofConfined();
                Fd context = own(
                        Sys.FSOPEN,
                        "overlay",
                        kernel.call(
                                arena, Sys.FSOPEN, Memory.cString(arena, "overlay"), FSCONTEXT_CLOEXEC, 0, 0, 0, 0))) {
            layers(context, layers);
            for (String option : options) {
                int equals = option.indexOf('=');
                if (equals < 0) {
                    config(context, FSCONFIG_SET_FLAG, option, "");
                } else {
                    config(context, FSCONFIG_SET_STRING, option.substring(0, equals), option.substring(equals + 1));
                }
            }
            config(context, FSCONFIG_CMD_CREATE, "", "");
            long mount = kernel.call(arena, Sys.FSMOUNT, context.number(), FSCONTEXT_CLOEXEC, attributes, 0, 0, 0);
            return own(Sys.FSMOUNT, "overlay", mount);
        }
    }

    /// Nobody writes through `tree`, a copy that is nowhere yet. mount_setattr(2).
    public void readOnly(Fd tree) {
        attributes(tree, MOUNT_ATTR_RDONLY, 0, AT_EMPTY_PATH);
    }

    /// One layer per parameter where the kernel knows that (6.7), else all in one.
    private void layers(Fd context, List<String> layers) {
        try {
            layers.forEach(layer -> config(context, FSCONFIG_SET_STRING, "lowerdir+", layer));
        } catch (LinuxError e) {
            if (!e.is(Errno.EINVAL)) {
                throw e;
            }
            List<String> escaped = layers.stream()
                    .map(l -> l.replace("\\", "\\\\").replace(":", "\\:"))
                    .toList();
            config(context, FSCONFIG_SET_STRING, "lowerdir", String.join(":", escaped));
        }
    }

    /// What is at `place`, with what is mounted below it if wanted, as a mount that is nowhere yet.
    public Fd copy(Fd place, boolean recursive) {
        return openTree(place, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0));
    }

    /// Owners in `tree`, a copy that is nowhere yet, are seen through the maps of a user namespace. EINVAL where the
    /// file system cannot. mount_setattr(2).
    public void mapOwners(Fd tree, Fd userNamespace, boolean recursive) {
        attributes(tree, MOUNT_ATTR_IDMAP, userNamespace.number(), AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0));
    }

    private void attributes(Fd tree, long set, long userNamespace, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(MOUNT_ATTR_SIZE, 8);
            attributes.set(JAVA_LONG, 0, set);
            attributes.set(JAVA_LONG, ATTR_USERNS_FD, userNamespace);
            long rc = kernel.call(
                    arena,
                    Sys.MOUNT_SETATTR,
                    tree.number(),
                    Memory.cString(arena, ""),
                    flags,
                    attributes.address(),
                    MOUNT_ATTR_SIZE,
                    0);
            if (rc < 0) {
                throw LinuxError.of(Sys.MOUNT_SETATTR, tree.toString(), rc);
            }
        }
    }

    private Fd openTree(Fd directory, String path, int more) {
        try (Arena arena = Arena.ofConfined()) {
            int flags = OPEN_TREE_CLONE | OpenFlags.CLOEXEC | more;
            long rc =
                    kernel.call(arena, Sys.OPEN_TREE, directory.number(), Memory.cString(arena, path), flags, 0, 0, 0);
            return own(Sys.OPEN_TREE, path.isEmpty() ? directory.toString() : path, rc);
        }
    }

    private void config(Fd context, int command, String key, String value) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(
                    arena,
                    Sys.FSCONFIG,
                    context.number(),
                    command,
                    key.isEmpty() ? 0 : Memory.cString(arena, key),
                    command == FSCONFIG_SET_STRING ? Memory.cString(arena, value) : 0,
                    0,
                    0);
            if (rc < 0) {
                throw LinuxError.of(Sys.FSCONFIG, key + " " + value, rc);
            }
        }
    }

    private Fd own(Sys sys, String subject, long rc) {
        if (rc < 0) {
            throw LinuxError.of(sys, subject, rc);
        }
        return Fd.own(kernel, (int) rc);
    }

    /// The link in /proc leads to the very directory that the descriptor holds.
    private static String place(Fd directory, String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals("..") || name.equals(".")) {
            throw new IllegalArgumentException("expected one name of a directory, not " + name);
        }
        return "/proc/self/fd/" + directory.number() + "/" + name;
    }
}
