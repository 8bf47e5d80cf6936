package dev.gantry.linux;

/// What a name stands for; `UNKNOWN` only where a filesystem does not say so in its directories.
public enum FileType {
    FIFO(0x1000, 1),
    CHARACTER_DEVICE(0x2000, 2),
    DIRECTORY(0x4000, 4),
    BLOCK_DEVICE(0x6000, 6),
    REGULAR(0x8000, 8),
    SYMLINK(0xa000, 10),
    SOCKET(0xc000, 12),
    UNKNOWN(0, 0);

    private static final int S_IFMT = 0xf000; // <sys/stat.h>

    private final int mode;
    private final int dirent;

    FileType(int mode, int dirent) {
        this.mode = mode;
        this.dirent = dirent;
    }

    /// The bits of a mode, `S_IFREG` for a regular file.
    public int modeBits() {
        return mode;
    }

    public static FileType ofMode(int mode) {
        for (FileType t : values()) {
            if (t.mode == (mode & S_IFMT)) {
                return t;
            }
        }
        return UNKNOWN;
    }

    /// `DT_REG` and the like of <dirent.h>.
    static FileType ofDirent(int type) {
        for (FileType t : values()) {
            if (t.dirent == type) {
                return t;
            }
        }
        return UNKNOWN;
    }
}
