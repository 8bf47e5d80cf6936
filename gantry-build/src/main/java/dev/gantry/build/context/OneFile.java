package dev.gantry.build.context;

import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A tree of one file, whose bytes are at hand.
public final class OneFile implements SourceTree {
    private final Linux linux;
    private final Fd bytes;
    private final String name;
    private final Node node;
    private final String digest;
    private final boolean chance;

    /// @param bytes is closed with it
    /// @param modified empty: nobody says when
    /// @param digest hexadecimal digits of SHA-256
    public OneFile(Linux linux, Fd bytes, String name, Owned owned, Optional<Instant> modified, String digest) {
        this.linux = linux;
        this.bytes = bytes;
        this.name = name;
        this.node = new Node(
                FileType.REGULAR,
                owned.mode(),
                owned.uid(),
                owned.gid(),
                linux.attributes().stat(bytes).size(),
                "",
                modified.orElse(Instant.EPOCH),
                Map.of(),
                0,
                0,
                0);
        this.digest = digest;
        this.chance = modified.isEmpty();
    }

    public record Owned(int mode, int uid, int gid) {}

    @Override
    public Optional<Node> find(String path) {
        if (path.isEmpty()) {
            return Optional.of(new Node(FileType.DIRECTORY, 0755, 0, 0, 0, "", Instant.EPOCH, Map.of(), 0, 0, 0));
        }
        return path.equals(name) ? Optional.of(node) : Optional.empty();
    }

    @Override
    public List<String> names(String directory) {
        return directory.isEmpty() ? List.of(name) : List.of();
    }

    @Override
    public void copy(String path, Fd to) {
        try (Fd own = again()) {
            linux.copies().copy(own, to, node.size(), () -> {});
        }
    }

    @Override
    public InputStream open(String path) {
        return new FdStream(linux, again(), 0, node.size(), true);
    }

    /// With a place of its own in the file.
    private Fd again() {
        return linux.files().open(Fd.CWD, "/proc/self/fd/" + bytes.number(), OpenFlags.READ, 0, Resolve.ANY);
    }

    @Override
    public byte[] read(String path, int most) {
        if (node.size() > most) {
            throw new InvalidArgument("read " + path, "it has more than " + most + " bytes", "make it smaller");
        }
        try (Fd own = again()) {
            return linux.files().readAll(own, most);
        }
    }

    @Override
    public String digest(String path) {
        return digest;
    }

    @Override
    public boolean timesAreChance() {
        return chance;
    }

    @Override
    public void close() {
        bytes.close();
    }
}
