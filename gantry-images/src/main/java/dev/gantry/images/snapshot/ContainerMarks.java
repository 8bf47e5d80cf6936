package dev.gantry.images.snapshot;

import dev.gantry.base.Digest;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a container's writable layer stands on, kept beside it as symlinks: `directory` says the path,
/// `lowers-0`, `lowers-1` … the hex digits of the chains. A symlink comes into being whole and with the
/// journal, where a small file would be empty after a crash unless it were synced.
final class ContainerMarks {
    /// Of up to 128 hex digits and a colon each, in a link of at most 4,095 bytes.
    private static final int CHAINS_PER_LINK = 31;

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
        int links = Math.max(1, (chains.size() + CHAINS_PER_LINK - 1) / CHAINS_PER_LINK);
        // Counting down: the first link, which says that there is a record at all, comes last.
        for (int i = links - 1; i >= 0; i--) {
            List<String> hexes =
                    chains.subList(i * CHAINS_PER_LINK, Math.min(chains.size(), (i + 1) * CHAINS_PER_LINK)).stream()
                            .map(c -> c.digest().hex())
                            .toList();
            linux.directories().symlink(":" + String.join(":", hexes), containers, id + "/lowers-" + i);
        }
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
