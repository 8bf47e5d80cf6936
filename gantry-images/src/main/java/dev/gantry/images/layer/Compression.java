package dev.gantry.images.layer;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/// How bytes are compressed, told by their first bytes: stated media types are wrong too often.
public enum Compression {
    NONE,
    GZIP,
    ZSTD,
    BZIP2,
    XZ;

    /// So much memory a dictionary may take: `xz -9` wants 64 MiB.
    private static final int MOST_XZ_KIB = 128 << 10;

    /// The plain bytes of `in`, whatever it is compressed with. Damaged input throws [IOException]
    /// while reading.
    public static InputStream decompress(InputStream in, String name) throws IOException {
        PushbackInputStream ahead = new PushbackInputStream(in, 8);
        byte[] magic = ahead.readNBytes(6);
        ahead.unread(magic);
        return switch (of(magic)) {
            case NONE -> ahead;
            case GZIP -> new GunzipStream(ahead);
            case ZSTD -> new ZstdInputStreamNoFinalizer(ahead);
            case BZIP2 -> new BZip2CompressorInputStream(ahead, true);
            case XZ -> new XZInputStream(ahead, MOST_XZ_KIB);
        };
    }

    /// By the first bytes, at best six.
    public static Compression of(byte[] magic) {
        if (starts(magic, 0x1f, 0x8b)) {
            return GZIP;
        }
        // Also the frames a reader has to skip, which some writers put first.
        if (starts(magic, 0x28, 0xb5, 0x2f, 0xfd)
                || (magic.length >= 4
                        && (magic[0] & 0xf0) == 0x50
                        && starts(Arrays.copyOfRange(magic, 1, 4), 0x2a, 0x4d, 0x18))) {
            return ZSTD;
        }
        if (starts(magic, 'B', 'Z', 'h')) {
            return BZIP2;
        }
        if (starts(magic, 0xfd, '7', 'z', 'X', 'Z')) {
            return XZ;
        }
        return NONE;
    }

    private static boolean starts(byte[] magic, int... wanted) {
        if (magic.length < wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if ((magic[i] & 0xff) != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
