package dev.gantry.images.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Writes plain files into a tar, the same bytes for the same content: owner 0, time 0, mode 0644.
final class TarFiles {
    private static final int BLOCK = 512;
    private static final int NAME = 100;

    private final OutputStream out;

    TarFiles(OutputStream out) {
        this.out = out;
    }

    void file(String name, byte[] bytes) throws IOException {
        header(name, bytes.length, '0');
        out.write(bytes);
        pad(bytes.length);
    }

    void file(String name, InputStream bytes, long size) throws IOException {
        header(name, size, '0');
        long copied = bytes.transferTo(out);
        if (copied != size) {
            throw new IOException(name + " has " + copied + " bytes instead of " + size);
        }
        pad(size);
    }

    void end() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private void header(String name, long size, char type) throws IOException {
        if (name.length() > NAME) {
            byte[] record = paxRecord("path", name);
            header("pax", record.length, 'x');
            out.write(record);
            pad(record.length);
        }
        byte[] block = new byte[BLOCK];
        put(block, 0, name.substring(0, Math.min(name.length(), NAME)));
        put(block, 100, "0000644");
        put(block, 108, "0000000");
        put(block, 116, "0000000");
        if (size < 1L << 33) {
            put(block, 124, String.format("%011o", size));
        } else {
            block[124] = (byte) 0x80;
            for (int i = 0; i < 8; i++) {
                block[135 - i] = (byte) (size >>> (8 * i));
            }
        }
        put(block, 136, "00000000000");
        put(block, 148, "        ");
        block[156] = (byte) type;
        put(block, 257, "ustar");
        put(block, 263, "00");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, String.format("%06o", sum));
        block[154] = 0;
        out.write(block);
    }

    private static byte[] paxRecord(String key, String value) {
        int rest = key.length() + value.length() + 3;
        int length = rest + Integer.toString(rest).length();
        if (Integer.toString(length).length() > Integer.toString(rest).length()) {
            length++;
        }
        return (length + " " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
