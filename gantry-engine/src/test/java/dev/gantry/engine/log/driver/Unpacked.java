package dev.gantry.engine.log.driver;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A value of MessagePack, read by its specification.
final class Unpacked {
    record EventTime(long seconds, int nanos) {}

    private Unpacked() {}

    static Object next(DataInputStream in) throws IOException {
        int head = in.readUnsignedByte();
        if (head < 0x80) {
            return (long) head;
        }
        if ((head & 0xf0) == 0x80) {
            return map(in, head & 0xf);
        }
        if ((head & 0xf0) == 0x90) {
            return array(in, head & 0xf);
        }
        if ((head & 0xe0) == 0xa0) {
            return text(in, head & 0x1f);
        }
        return switch (head) {
            case 0xd9 -> text(in, in.readUnsignedByte());
            case 0xda -> text(in, in.readUnsignedShort());
            case 0xdb -> text(in, in.readInt());
            case 0xd3 -> in.readLong();
            case 0xde -> map(in, in.readUnsignedShort());
            case 0xd7 -> {
                if (in.readByte() != 0) {
                    throw new IOException("an unknown extension");
                }
                yield new EventTime(Integer.toUnsignedLong(in.readInt()), in.readInt());
            }
            default -> throw new IOException("an unexpected head: " + Integer.toHexString(head));
        };
    }

    private static String text(DataInputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static List<Object> array(DataInputStream in, int size) throws IOException {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(next(in));
        }
        return all;
    }

    private static Map<Object, Object> map(DataInputStream in, int size) throws IOException {
        Map<Object, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            all.put(next(in), next(in));
        }
        return all;
    }
}
