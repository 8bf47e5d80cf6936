package dev.gantry.daemon.migrate;

import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileName;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Resolve;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// How a layer's tar was put together, so that it can be so again, byte by byte: its heads and paddings one after the
/// other, and between them the names of files whose content comes from the layer's directory (tar-split, version 2).
final class TarSplit {
    private static final int FILE = 1;
    private static final int SEGMENT = 2;

    private TarSplit() {}

    /// One line of the description.
    private sealed interface Part {
        record Bytes(byte[] bytes) implements Part {}

        record Content(String name, long size) implements Part {}
    }

    private interface Taker {
        void take(Part part) throws IOException;
    }

    /// How large the tar will be.
    static long size(InputStream description) throws IOException {
        long[] sum = new long[1];
        each(
                description,
                part -> sum[0] += switch (part) {
                    case Part.Bytes(byte[] bytes) -> bytes.length;
                    case Part.Content(String _, long size) -> size;
                });
        return sum[0];
    }

    /// Writes the tar; the content of files comes from below `layer`, and from nowhere else.
    static void write(InputStream description, Linux linux, Fd layer, OutputStream out) throws IOException {
        each(description, part -> {
            switch (part) {
                case Part.Bytes(byte[] bytes) -> out.write(bytes);
                case Part.Content(String name, long size) -> content(linux, layer, name, size, out);
            }
        });
    }

    private static void content(Linux linux, Fd layer, String name, long size, OutputStream out) throws IOException {
        if (size == 0) {
            return;
        }
        byte[] buffer = new byte[(int) Math.min(size, 1 << 18)];
        String below = name.startsWith("/") ? name.substring(1) : name;
        try (Fd file = linux.files().openRegular(layer, below, Resolve.IN_ROOT | Resolve.NO_MAGICLINKS)) {
            long left = size;
            while (left > 0) {
                int n = linux.files().read(file, buffer, 0, (int) Math.min(left, buffer.length));
                if (n <= 0) {
                    throw new EOFException("file " + name + " of the layer is shorter than it was");
                }
                out.write(buffer, 0, n);
                left -= n;
            }
        } catch (LinuxError e) {
            throw new IOException("file " + name + " of the layer cannot be read: " + e.getMessage(), e);
        }
    }

    private static void each(InputStream description, Taker taker) throws IOException {
        try (var lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(description), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (!line.isBlank()) {
                    taker.take(part(JsonTree.object(line.getBytes(StandardCharsets.UTF_8))));
                }
            }
        }
    }

    private static Part part(Map<String, @Nullable Object> line) throws IOException {
        try {
            int type = line.get("type") instanceof Number n ? n.intValue() : 0;
            return switch (type) {
                case SEGMENT -> new Part.Bytes(decoded(line.get("payload")));
                case FILE ->
                    new Part.Content(
                            line.get("name_raw") instanceof String raw
                                    ? FileName.decode(decoded(raw))
                                    : String.valueOf(line.get("name")),
                            line.get("size") instanceof Number n ? n.longValue() : 0);
                default -> throw new IOException("its description has a part of the unknown type " + type);
            };
        } catch (IllegalArgumentException e) {
            throw new IOException("its description is damaged: " + e.getMessage(), e);
        }
    }

    private static byte[] decoded(@Nullable Object base64) {
        return base64 instanceof String text ? Base64.getDecoder().decode(text) : new byte[0];
    }
}
