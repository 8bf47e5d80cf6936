package dev.gantry.images.layer;

import dev.gantry.base.Digest;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Everything the kernel says about a tree, as lines to compare.
final class Listing {
    private final Linux linux = Linux.host();
    private final Map<String, String> lines = new TreeMap<>();
    private final Map<Long, String> firstNames = new TreeMap<>();

    private Listing() {}

    static Map<String, String> of(Path directory) {
        Listing listing = new Listing();
        try (Fd root = listing.linux.files().openDirectory(directory.toString())) {
            listing.add(root, ".", "");
            listing.walk(root, "");
        }
        return listing.lines;
    }

    private void walk(Fd directory, String prefix) {
        var names = new TreeSet<String>();
        linux.directories().entries(directory).stream()
                .map(DirectoryCalls.Entry::name)
                .forEach(names::add);
        for (String name : names) {
            String path = prefix + name;
            if (add(directory, name, path) == FileType.DIRECTORY) {
                int flags = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
                try (Fd inner = linux.files().open(directory, name, flags, 0, Resolve.PLAIN)) {
                    walk(inner, path + "/");
                }
            }
        }
    }

    private FileType add(Fd directory, String name, String path) {
        Stat s = linux.attributes().stat(directory, name);
        StringBuilder line = new StringBuilder();
        line.append(s.type()).append(" %04o %d:%d ".formatted(s.mode(), s.uid(), s.gid()));
        line.append(s.modified().getEpochSecond()).append(' ');
        switch (s.type()) {
            case REGULAR -> line.append(s.size()).append(' ').append(hash(directory, name));
            case SYMLINK -> line.append("-> ").append(linux.directories().readLink(directory, name));
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                line.append(s.nodeMajor()).append(':').append(s.nodeMinor());
            default -> line.append('-');
        }
        for (String xattr : new TreeSet<>(linux.attributes().xattrs(directory, name))) {
            byte[] value = linux.attributes().xattr(directory, name, xattr).orElseThrow();
            line.append(' ').append(xattr).append('=').append(HexFormat.of().formatHex(value));
        }
        if (s.type() != FileType.DIRECTORY && s.links() > 1) {
            String first = firstNames.computeIfAbsent(s.inode(), _ -> path);
            line.append(" same as ").append(first);
        }
        lines.put(path, line.toString());
        return s.type();
    }

    private String hash(Fd directory, String name) {
        try (Fd fd = linux.files().open(directory, name, OpenFlags.READ, 0, Resolve.PLAIN)) {
            return Digest.sha256Of(linux.files().readAll(fd, 1 << 28)).shortHex();
        }
    }
}
