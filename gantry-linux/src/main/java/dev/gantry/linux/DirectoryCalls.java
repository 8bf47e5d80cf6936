package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Names in directories: making, linking, renaming, removing, listing. No call here follows the last
/// component of a path. <sys/stat.h>, <unistd.h>, <stdio.h>, <dirent.h>.
public final class DirectoryCalls {
    private static final int AT_REMOVEDIR = 0x200; // <fcntl.h>
    private static final int RENAME_NOREPLACE = 1; // <stdio.h>
    private static final int RENAME_EXCHANGE = 2;
    private static final int LIST_SIZE = 1 << 15;
    private static final int LINK_SIZE = 4096;

    private final Kernel kernel;

    DirectoryCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /// One name of a directory, as getdents64(2) tells it.
    public record Entry(String name, long inode, FileType type) {}

    /// `mode` is still narrowed by the process's umask.
    public void make(Fd directory, String name, int mode) {
        call(Sys.MKDIRAT, name, directory, mode, 0);
    }

    /// `mode` includes the file type, `S_IFCHR | 0666`.
    public void makeNode(Fd directory, String name, int mode, int major, int minor) {
        call(Sys.MKNODAT, name, directory, mode, device(major, minor));
    }

    public void symlink(String content, Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    Sys.SYMLINKAT,
                    name,
                    kernel.call(
                            arena,
                            Sys.SYMLINKAT,
                            Memory.cString(arena, content),
                            directory.number(),
                            Memory.cString(arena, name),
                            0,
                            0,
                            0));
        }
    }

    /// A second name for a file that is not a directory.
    public void link(Fd oldDirectory, String oldName, Fd newDirectory, String newName) {
        twoNames(Sys.LINKAT, oldDirectory, oldName, newDirectory, newName, 0);
    }

    /// Replaces what `newName` was, atomically.
    public void rename(Fd oldDirectory, String oldName, Fd newDirectory, String newName) {
        twoNames(Sys.RENAMEAT2, oldDirectory, oldName, newDirectory, newName, 0);
    }

    /// EEXIST if `newName` exists.
    public void renameNew(Fd oldDirectory, String oldName, Fd newDirectory, String newName) {
        twoNames(Sys.RENAMEAT2, oldDirectory, oldName, newDirectory, newName, RENAME_NOREPLACE);
    }

    public void exchange(Fd oldDirectory, String oldName, Fd newDirectory, String newName) {
        twoNames(Sys.RENAMEAT2, oldDirectory, oldName, newDirectory, newName, RENAME_EXCHANGE);
    }

    /// Removes a name that is not a directory.
    public void unlink(Fd directory, String name) {
        call(Sys.UNLINKAT, name, directory, 0, 0);
    }

    /// Removes a name that is no directory, and says whether it is away: false if it is a directory. ENOENT is an
    /// error.
    boolean unlinkFile(Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Memory.cString(arena, name);
            long rc = kernel.call(arena, Sys.UNLINKAT, directory.number(), path, 0, 0, 0, 0);
            if (rc == -Errno.EISDIR.number()) {
                return false;
            }
            check(Sys.UNLINKAT, name, rc);
            return true;
        }
    }

    /// Removes an empty directory.
    public void removeEmpty(Fd directory, String name) {
        call(Sys.UNLINKAT, name, directory, AT_REMOVEDIR, 0);
    }

    /// What a symlink says.
    public String readLink(Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(LINK_SIZE);
            long rc = check(
                    Sys.READLINKAT,
                    name,
                    kernel.call(
                            arena,
                            Sys.READLINKAT,
                            directory.number(),
                            Memory.cString(arena, name),
                            memory.address(),
                            LINK_SIZE,
                            0,
                            0));
            return FileName.decode(memory.asSlice(0, rc).toArray(JAVA_BYTE));
        }
    }

    /// The next names of a directory opened for reading, without `.` and `..`; empty at the end.
    public List<Entry> nextEntries(Fd directory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(LIST_SIZE, 8);
            while (true) {
                long rc = check(
                        Sys.GETDENTS64,
                        directory.toString(),
                        kernel.call(arena, Sys.GETDENTS64, directory.number(), memory.address(), LIST_SIZE, 0, 0, 0));
                List<Entry> entries = decode(memory.asSlice(0, rc));
                if (rc == 0 || !entries.isEmpty()) {
                    return entries;
                }
            }
        }
    }

    /// All names of a directory opened for reading, once.
    public List<Entry> entries(Fd directory) {
        List<Entry> all = new ArrayList<>();
        for (List<Entry> some = nextEntries(directory); !some.isEmpty(); some = nextEntries(directory)) {
            all.addAll(some);
        }
        return all;
    }

    /// `struct linux_dirent64`: u64 inode, s64 offset, u16 record length, u8 type, name. getdents64(2).
    private static List<Entry> decode(MemorySegment memory) {
        List<Entry> entries = new ArrayList<>();
        for (long at = 0; at < memory.byteSize(); ) {
            int length = Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED, at + 16));
            byte[] name = memory.asSlice(at + 19, length - 19).toArray(JAVA_BYTE);
            int end = 0;
            while (name[end] != 0) {
                end++;
            }
            String text = FileName.decode(name, 0, end);
            if (!text.equals(".") && !text.equals("..")) {
                entries.add(new Entry(
                        text, memory.get(JAVA_LONG_UNALIGNED, at), FileType.ofDirent(memory.get(JAVA_BYTE, at + 18))));
            }
            at += length;
        }
        return entries;
    }

    /// The kernel's `new_encode_dev`, as <sys/sysmacros.h> makes for 32-bit device numbers.
    static long device(int major, int minor) {
        return Integer.toUnsignedLong((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12));
    }

    private void call(Sys sys, String name, Fd directory, long c, long d) {
        try (Arena arena = Arena.ofConfined()) {
            check(sys, name, kernel.call(arena, sys, directory.number(), Memory.cString(arena, name), c, d, 0, 0));
        }
    }

    private void twoNames(Sys sys, Fd oldDirectory, String oldName, Fd newDirectory, String newName, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    sys,
                    oldName + " to " + newName,
                    kernel.call(
                            arena,
                            sys,
                            oldDirectory.number(),
                            Memory.cString(arena, oldName),
                            newDirectory.number(),
                            Memory.cString(arena, newName),
                            flags,
                            0));
        }
    }

    private static long check(Sys sys, String subject, long rc) {
        if (rc < 0) {
            throw LinuxError.of(sys, subject, rc);
        }
        return rc;
    }
}
