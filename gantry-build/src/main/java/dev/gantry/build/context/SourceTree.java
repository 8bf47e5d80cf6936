package dev.gantry.build.context;

import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Files to copy from, which do not change. Paths are relative to its root, which is `""`, and no link in them is
/// followed.
public interface SourceTree extends AutoCloseable {
    /// @param link where a symbolic link points; else empty
    /// @param inode the same for all names of one file that has several; else 0
    record Node(
            FileType type,
            int mode,
            int uid,
            int gid,
            long size,
            String link,
            Instant modified,
            Map<String, byte[]> xattrs,
            int major,
            int minor,
            long inode) {
        public Node {
            xattrs = Map.copyOf(xattrs);
        }
    }

    Optional<Node> find(String path);

    /// What is in a directory, in the order of the names.
    List<String> names(String directory);

    /// Writes the bytes of a regular file.
    void copy(String path, Fd to) throws IOException;

    /// The bytes of a regular file, as a stream.
    InputStream open(String path);

    /// The bytes of a regular file; [dev.gantry.base.InvalidArgument] when there are more than that.
    byte[] read(String path, int most) throws IOException;

    /// Of the bytes of a regular file, as hexadecimal digits.
    String digest(String path) throws IOException;

    /// Whether times of files say nothing about them, as those of whoever made the archive.
    boolean timesAreChance();

    @Override
    void close();
}
