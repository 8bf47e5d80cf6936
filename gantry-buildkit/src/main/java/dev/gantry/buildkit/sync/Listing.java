package dev.gantry.buildkit.sync;

import com.google.protobuf.ByteString;
import dev.gantry.base.InvalidArgument;
import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.FileType;
import fsutil.types.Stat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What a client says it has, path by path, in the order of the paths. Whatever could lead out of the directory, or
/// take
/// more room than a build has, is refused here.
final class Listing {
    private static final int DIRECTORY = 1 << 31; // Go's os.FileMode
    private static final int SYMLINK = 1 << 27;
    private static final int DEVICE = 1 << 26;
    private static final int FIFO = 1 << 25;
    private static final int SOCKET = 1 << 24;
    private static final int SETUID = 1 << 23;
    private static final int SETGID = 1 << 22;
    private static final int CHARACTER_DEVICE = 1 << 21;
    private static final int STICKY = 1 << 20;
    private static final int IRREGULAR = 1 << 19;

    private static final Set<String> ATTRIBUTES = Set.of("security.capability");
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PATH = 4095;
    private static final int DEEPEST = 512;
    private static final long MOST_BYTES = 64L << 30;

    private final String name;
    private final Budget budget = new Budget();
    private final Map<String, FileType> known = new HashMap<>();

    /// Of which file a further name is one, never of another further name.
    private final Map<String, String> links = new HashMap<>();

    private ByteString before = ByteString.EMPTY;
    private long bytes;

    /// @param link of which earlier file this is another name, the first that it had; empty: of none
    record Item(String path, SourceTree.Node node, String link) {}

    /// @param name of the directory, for errors
    Listing(String name) {
        this.name = name;
    }

    Item next(Stat stat) {
        ByteString raw = stat.getPath();
        String path = path(raw, "a path");
        if (compare(before, raw) >= 0) {
            throw refuse(path, "it comes after " + shown(before.toStringUtf8()) + ", which is out of order");
        }
        before = raw;
        parent(path);
        FileType type = type(path, stat.getMode());
        String link = stat.getLinkname().isEmpty() ? "" : link(path, type, stat.getLinkname());
        long size = type == FileType.REGULAR ? stat.getSize() : 0;
        if (size < 0 || size > MOST_BYTES - bytes) {
            throw refuse(path, "all files together have more than " + MOST_BYTES + " bytes");
        }
        bytes += type == FileType.REGULAR && link.isEmpty() ? size : 0;
        SourceTree.Node node = new SourceTree.Node(
                type,
                mode(stat.getMode()),
                0, // whose they are there, means nothing here
                0,
                size,
                type == FileType.SYMLINK ? link : "",
                time(stat.getModTime()),
                attributes(stat),
                0,
                0,
                0);
        budget.take(path, node, why -> refuse(path, why));
        known.put(path, type);
        if (type == FileType.SYMLINK || link.isEmpty()) {
            return new Item(path, node, "");
        }
        String first = links.getOrDefault(link, link);
        links.put(path, first);
        return new Item(path, node, first);
    }

    private void parent(String path) {
        int slash = path.lastIndexOf('/');
        if (slash >= 0 && known.get(path.substring(0, slash)) != FileType.DIRECTORY) {
            throw refuse(path, "what it is in is no directory");
        }
    }

    private FileType type(String path, int mode) {
        if ((mode & (DEVICE | CHARACTER_DEVICE)) != 0) {
            // As a build of the stock engine does, which has no right to make them either.
            throw refuse(path, "it is a device, which a build must not bring along");
        }
        if ((mode & IRREGULAR) != 0) {
            throw refuse(path, "nobody knows what it is");
        }
        return switch (mode & (DIRECTORY | SYMLINK | FIFO | SOCKET)) {
            case 0, SOCKET -> FileType.REGULAR;
            case DIRECTORY -> FileType.DIRECTORY;
            case SYMLINK -> FileType.SYMLINK;
            case FIFO -> FileType.FIFO;
            default -> throw refuse(path, "it is two things at once");
        };
    }

    private String link(String path, FileType type, ByteString target) {
        if (type == FileType.SYMLINK) {
            if (target.size() > LONGEST_PATH || !target.isValidUtf8()) {
                throw refuse(path, "what it points to is no text, or longer than " + LONGEST_PATH + " bytes");
            }
            return target.toStringUtf8();
        }
        String other = path(target, "the other name of " + path);
        if (type != FileType.REGULAR || known.get(other) != FileType.REGULAR) {
            throw refuse(path, "it is a link to " + shown(other) + ", which was not sent before");
        }
        return other;
    }

    /// As Go writes the mode of a file.
    static int goMode(SourceTree.Node node) {
        int mode = node.mode() & 0777;
        mode |= (node.mode() & 04000) != 0 ? SETUID : 0;
        mode |= (node.mode() & 02000) != 0 ? SETGID : 0;
        mode |= (node.mode() & 01000) != 0 ? STICKY : 0;
        return mode
                | switch (node.type()) {
                    case DIRECTORY -> DIRECTORY;
                    case SYMLINK -> SYMLINK;
                    case FIFO -> FIFO;
                    case CHARACTER_DEVICE -> DEVICE | CHARACTER_DEVICE;
                    case BLOCK_DEVICE -> DEVICE;
                    case SOCKET -> SOCKET;
                    case REGULAR, UNKNOWN -> 0;
                };
    }

    private static int mode(int mode) {
        return mode & 0777
                | ((mode & SETUID) != 0 ? 04000 : 0)
                | ((mode & SETGID) != 0 ? 02000 : 0)
                | ((mode & STICKY) != 0 ? 01000 : 0);
    }

    private static Instant time(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    private static Map<String, byte[]> attributes(Stat stat) {
        if (stat.getXattrsCount() == 0) {
            return Map.of();
        }
        Map<String, byte[]> all = new HashMap<>();
        stat.getXattrsMap().forEach((key, value) -> {
            if (ATTRIBUTES.contains(key) || key.startsWith("user.")) {
                all.put(key, value.toByteArray());
            }
        });
        return all;
    }

    /// The path if it stays inside and is written in the one way that paths are.
    private String path(ByteString raw, String what) {
        if (!raw.isValidUtf8()) {
            throw refuse(raw.toString(StandardCharsets.ISO_8859_1), what + " is no text in UTF-8");
        }
        String path = raw.toStringUtf8();
        if (raw.size() > LONGEST_PATH) {
            throw refuse(path, "it is longer than " + LONGEST_PATH + " bytes");
        }
        String[] parts = path.split("/", -1);
        if (parts.length > DEEPEST) {
            throw refuse(path, "it is more than " + DEEPEST + " directories deep");
        }
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw refuse(path, "it is no path below the directory");
            }
            if (part.length() > LONGEST_NAME || part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                throw refuse(path, "a name in it is longer than " + LONGEST_NAME + " bytes");
            }
        }
        return path;
    }

    /// As names are compared in each directory: a slash is before all else.
    private static int compare(ByteString a, ByteString b) {
        int most = Math.min(a.size(), b.size());
        for (int i = 0; i < most; i++) {
            int x = a.byteAt(i) & 0xff;
            int y = b.byteAt(i) & 0xff;
            if (x != y) {
                return (x == '/' ? -1 : x) - (y == '/' ? -1 : y);
            }
        }
        return a.size() - b.size();
    }

    private InvalidArgument refuse(String path, String why) {
        return new InvalidArgument("receive " + name, "of " + shown(path) + ": " + why, "leave it out of the context");
    }

    private static String shown(String path) {
        StringBuilder shown = new StringBuilder();
        path.chars().limit(120).forEach(c -> shown.append(Character.isISOControl(c) ? '?' : (char) c));
        return shown.toString();
    }
}
