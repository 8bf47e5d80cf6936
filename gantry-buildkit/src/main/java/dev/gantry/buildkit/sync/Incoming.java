package dev.gantry.buildkit.sync;

import com.google.protobuf.ByteString;
import dev.gantry.build.context.SourceTree;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// One file that is being received. What is beyond the size that was told of it is left out: it grew meanwhile.
final class Incoming {
    /// Those that are no larger are put together before they are written.
    static final int SMALL = 64 << 10;

    private final String path;
    private final SourceTree.Node node;
    private final long at;
    private final MessageDigest sha256 = sha256();
    private final byte[] small;
    private long size;

    /// @param at where its bytes go; of no meaning when it is small
    Incoming(String path, SourceTree.Node node, long at) {
        this.path = path;
        this.node = node;
        this.at = at;
        this.small = new byte[isSmall(node) ? (int) node.size() : 0];
    }

    String path() {
        return path;
    }

    /// What it takes of the memory until its end.
    long held() {
        return small.length;
    }

    static boolean isSmall(SourceTree.Node node) {
        return node.size() <= SMALL;
    }

    void add(ByteString more, Spool spool) {
        ByteString fits = more.size() > node.size() - size ? more.substring(0, (int) (node.size() - size)) : more;
        if (fits.isEmpty()) {
            return;
        }
        if (isSmall(node)) {
            fits.copyTo(small, (int) size);
        } else {
            byte[] bytes = fits.toByteArray();
            sha256.update(bytes);
            spool.write(bytes, 0, bytes.length, at + size);
        }
        size += fits.size();
    }

    SyncedTree.Entry end(SpoolBuffer buffer) {
        long place = at;
        if (isSmall(node)) {
            sha256.update(small, 0, (int) size);
            place = buffer.put(small, (int) size);
        }
        SourceTree.Node n =
                new SourceTree.Node(node.type(), node.mode(), 0, 0, size, "", node.modified(), node.xattrs(), 0, 0, 0);
        return new SyncedTree.Entry(n, place, HexFormat.of().formatHex(sha256.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
