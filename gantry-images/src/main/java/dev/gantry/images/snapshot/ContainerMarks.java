package dev.gantry.images.snapshot;

import dev.gantry.base.Digest;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Stat;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a container's writable layer stands on, kept beside it as symlinks: `directory` says the path,
/// `lowers-0`, `lowers-1` … the hex digits of the chains. A symlink comes into being whole and with the
/// journal, where a small file would be empty after a crash unless it were synced.
final class ContainerMarks {
    /// ext4 with blocks of 1 KiB keeps links of at most 1,023 bytes, XFS of 1,024.
    private static final int LINK_BYTES = 1000;

    private final Linux linux;
    private final Fd containers;
    private final String id;

    ContainerMarks(Linux linux, Fd containers, String id) {
        this.linux = linux;
        this.containers = containers;
        this.id = id;
    }

    void putDirectory(Path directory) {
        linux.directories().symlink(directory.toString(), containers, id + "/directory");
    }

    void putChains(List<ChainId> chains) {
        List<String> links = links(chains);
        // Counting down: the first link, which says that there is a record at all, comes last.
        for (int i = links.size() - 1; i >= 0; i--) {
            linux.directories().symlink(links.get(i), containers, id + "/lowers-" + i);
        }
    }

    private static List<String> links(List<ChainId> chains) {
        List<String> links = new ArrayList<>();
        StringBuilder link = new StringBuilder();
        for (ChainId chain : chains) {
            String hex = chain.digest().hex();
            if (link.length() + 1 + hex.length() > LINK_BYTES) {
                links.add(link.toString());
                link.setLength(0);
            }
            link.append(':').append(hex);
        }
        links.add(link.isEmpty() ? ":" : link.toString());
        return links;
    }

    Optional<Path> directory() {
        return read("directory").map(Path::of);
    }

    /// Empty when there is no such record.
    Optional<List<ChainId>> chains() {
        List<ChainId> chains = new ArrayList<>();
        int i = 0;
        for (Optional<String> link = read("lowers-0"); link.isPresent(); link = read("lowers-" + ++i)) {
            for (String hex : link.get().split(":")) {
                chain(hex).ifPresent(chains::add);
            }
        }
        return i == 0 ? Optional.empty() : Optional.of(chains);
    }

    /// When the record of a container was made, which comes after all else; `own` is its directory. By the time that
    /// a backup keeps: files that were brought back are never older.
    static Optional<Instant> madeAt(Linux linux, Fd own) {
        return linux.attributes()
                .find(own, "lowers-0")
                .or(() -> linux.attributes().find(own, "directory"))
                .map(Stat::modified);
    }

    private Optional<String> read(String name) {
        try {
            return Optional.of(linux.directories().readLink(containers, id + "/" + name));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e.during("read the files of container " + id.substring(0, 12));
        }
    }

    static Optional<ChainId> chain(String hex) {
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            if (hex.length() == algorithm.hexLength() && hex.matches("[0-9a-f]+")) {
                return Optional.of(new ChainId(new Digest(algorithm, hex)));
            }
        }
        return Optional.empty();
    }
}
