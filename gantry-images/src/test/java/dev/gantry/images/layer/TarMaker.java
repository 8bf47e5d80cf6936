package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/// Makes tars by hand, also ones that no honest program writes.
final class TarMaker {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TarMaker file(String path, String content) {
        return raw('0', path, "", content.getBytes(UTF_8), _ -> {});
    }

    TarMaker directory(String path) {
        return raw('5', path, "", new byte[0], _ -> {});
    }

    TarMaker symlink(String path, String target) {
        return raw('2', path, target, new byte[0], _ -> {});
    }

    TarMaker hardLink(String path, String target) {
        return raw('1', path, target, new byte[0], _ -> {});
    }

    TarMaker device(String path, int major, int minor) {
        return raw('3', path, "", new byte[0], h -> {
            octal(h, 329, 8, major);
            octal(h, 337, 8, minor);
        });
    }

    TarMaker fifo(String path) {
        return raw('6', path, "", new byte[0], _ -> {});
    }

    TarMaker pax(String... records) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String r : records) {
            body.writeBytes(paxRecord(r.getBytes(UTF_8)));
        }
        return raw('x', "pax", "", body.toByteArray(), _ -> {});
    }

    static byte[] paxRecord(byte[] keyValue) {
        int length = keyValue.length + 3;
        while (Integer.toString(length).length() + 2 + keyValue.length != length) {
            length++;
        }
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        one.writeBytes((length + " ").getBytes(UTF_8));
        one.writeBytes(keyValue);
        one.write('\n');
        return one.toByteArray();
    }

    /// `spoil` changes the header after its fields were set and before its checksum is.
    TarMaker raw(char type, String path, String link, byte[] data, Consumer<byte[]> spoil) {
        byte[] h = new byte[512];
        put(h, 0, 100, path);
        octal(h, 100, 8, type == '5' ? 0755 : 0644);
        octal(h, 108, 8, 0);
        octal(h, 116, 8, 0);
        octal(h, 124, 12, data.length);
        octal(h, 136, 12, 1_000_000_000);
        h[156] = (byte) type;
        put(h, 157, 100, link);
        put(h, 257, 8, "ustar\0" + "00");
        spoil.accept(h);
        checksum(h);
        out.writeBytes(h);
        out.writeBytes(data);
        out.writeBytes(new byte[-data.length & 511]);
        return this;
    }

    TarMaker bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] unfinished() {
        return out.toByteArray();
    }

    byte[] done() {
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    static void put(byte[] h, int at, int length, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, h, at, Math.min(length, bytes.length));
    }

    static void octal(byte[] h, int at, int length, long value) {
        put(h, at, length, ("%0" + (length - 1) + "o").formatted(value));
    }

    static void base256(byte[] h, int at, int length, long value) {
        Arrays.fill(h, at, at + length, (byte) (value < 0 ? 0xff : 0));
        for (int i = 0; i < 8; i++) {
            h[at + length - 1 - i] = (byte) (value >> (8 * i));
        }
        h[at] |= (byte) 0x80;
    }

    static void checksum(byte[] h) {
        Arrays.fill(h, 148, 156, (byte) ' ');
        long sum = 0;
        for (byte b : h) {
            sum += b & 0xff;
        }
        put(h, 148, 8, "%06o\0 ".formatted(sum));
    }
}
