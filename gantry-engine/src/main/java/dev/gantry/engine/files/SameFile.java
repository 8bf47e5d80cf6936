package dev.gantry.engine.files;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.TreeCopy;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Whether files of one name in two directories are the same in what is not in their inodes: attributes and content.
final class SameFile {
    private static final int PIECE = 1 << 16;

    private final Linux linux;
    private final Fd one;
    private final Fd other;
    private final String name;

    SameFile(Linux linux, Fd one, Fd other, String name) {
        this.linux = linux;
        this.one = one;
        this.other = other;
        this.name = name;
    }

    /// What is gone or replaced meanwhile is not the same.
    boolean holds(FileType type) {
        try {
            return attributes(one).equals(attributes(other))
                    && switch (type) {
                        case REGULAR -> hasSameContent();
                        case SYMLINK ->
                            linux.directories()
                                    .readLink(one, name)
                                    .equals(linux.directories().readLink(other, name));
                        case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET, UNKNOWN -> true;
                    };
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EINVAL)) {
                return false;
            }
            throw e;
        }
    }

    private Map<String, String> attributes(Fd directory) {
        Map<String, String> all = new TreeMap<>();
        for (String attribute : linux.attributes().xattrs(directory, name)) {
            if (TreeCopy.keeps(attribute)) {
                Optional<byte[]> value = linux.attributes().xattr(directory, name, attribute);
                all.put(attribute, value.map(Arrays::toString).orElse(""));
            }
        }
        return all;
    }

    private boolean hasSameContent() {
        try (Fd here = linux.files().openRegular(one, name, Resolve.PLAIN);
                Fd there = linux.files().openRegular(other, name, Resolve.PLAIN)) {
            byte[] mine = new byte[PIECE];
            byte[] its = new byte[PIECE];
            for (long at = 0; ; at += PIECE) {
                int read = fill(here, mine, at);
                if (read != fill(there, its, at) || !Arrays.equals(mine, 0, read, its, 0, read)) {
                    return false;
                }
                if (read < PIECE) {
                    return true;
                }
            }
        }
    }

    /// Less than a piece only at the end.
    private int fill(Fd file, byte[] piece, long at) {
        int filled = 0;
        while (filled < PIECE) {
            int read = linux.files().readAt(file, piece, filled, PIECE - filled, at + filled);
            if (read <= 0) {
                break;
            }
            filled += read;
        }
        return filled;
    }
}
