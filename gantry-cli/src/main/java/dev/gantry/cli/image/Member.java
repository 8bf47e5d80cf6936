package dev.gantry.cli.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One file of a tar without the tar's end, to stand before another: POSIX.1-2017 pax §"ustar Interchange Format".
final class Member {
    private static final int BLOCK = 512;

    private Member() {}

    /// @param name at most 100 bytes
    static byte[] of(String name, byte[] content) {
        byte[] head = new byte[BLOCK];
        put(head, 0, name);
        put(head, 100, "0000644");
        put(head, 108, "0000000");
        put(head, 116, "0000000");
        put(head, 124, String.format("%011o", content.length));
        put(head, 136, "00000000000");
        Arrays.fill(head, 148, 156, (byte) ' ');
        head[156] = '0';
        put(head, 257, "ustar");
        put(head, 263, "00");
        int sum = 0;
        for (byte b : head) {
            sum += b & 0xff;
        }
        put(head, 148, String.format("%06o", sum));
        head[154] = 0;
        var member = new ByteArrayOutputStream();
        member.writeBytes(head);
        member.writeBytes(content);
        member.writeBytes(new byte[-content.length & (BLOCK - 1)]);
        return member.toByteArray();
    }

    /// The end of a tar.
    static byte[] end() {
        return new byte[2 * BLOCK];
    }

    /// Whether a stream that begins so is a tar, or one that is compressed.
    static boolean isArchive(byte[] start) {
        return begins(start, 0, 0x1f, 0x8b) // gzip
                || begins(start, 0, 'B', 'Z', 'h')
                || begins(start, 0, 0xfd, '7', 'z', 'X', 'Z', 0)
                || begins(start, 0, 0x28, 0xb5, 0x2f, 0xfd) // zstd
                || begins(start, 257, 'u', 's', 't', 'a', 'r');
    }

    private static boolean begins(byte[] bytes, int at, int... with) {
        for (int i = 0; i < with.length; i++) {
            if (at + i >= bytes.length || (bytes[at + i] & 0xff) != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static void put(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }
}
