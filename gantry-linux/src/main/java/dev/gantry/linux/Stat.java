package dev.gantry.linux;

import java.time.Instant;

/// What statx(2) says about a file. `mode` holds the permission bits only (0–07777).
public record Stat(
        FileType type,
        int mode,
        int uid,
        int gid,
        long size,
        long blocks512,
        long inode,
        int links,
        Instant accessed,
        Instant modified,
        Instant changed,
        long device,
        int nodeMajor,
        int nodeMinor) {

    /// An overlay's mark of a removed name: a character device 0:0.
    public boolean isWhiteout() {
        return type == FileType.CHARACTER_DEVICE && nodeMajor == 0 && nodeMinor == 0;
    }
}
