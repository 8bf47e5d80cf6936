package dev.gantry.daemon;

import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.guard.AuditLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One line of JSON for each entry, in a file for its owner alone, and in older ones beside it: `audit.log.1` to `.4`.
/// What cannot be written is counted, told in the daemon's log, and told in the file when it can be written again.
final class AuditFile implements AuditLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);
    private static final int KEPT = 4;
    private static final int LONGEST_OBJECT = 512;

    private final Path file;
    private final long largest;

    /// Guards all that follows: lines must not mix, and are written one by one anyway.
    private final Object turn = new Object();

    private FileChannel out;
    private long bytes;
    private long lost;

    private AuditFile(Path file, long largest, FileChannel out) throws IOException {
        this.file = file;
        this.largest = largest;
        this.out = out;
        this.bytes = out.size();
    }

    static AuditFile open(Path file, long largest) {
        try {
            return new AuditFile(file, largest, append(file));
        } catch (IOException e) {
            throw new InvalidArgument(
                    "write the audit log " + file, String.valueOf(e), "name a file that the daemon can write", e);
        }
    }

    private static FileChannel append(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    @Override
    public void tell(Entry entry) {
        byte[] line = line(entry);
        synchronized (turn) {
            try {
                if (lost == 0) {
                    write(line);
                    return;
                }
                // Together, so that the gap is told once.
                Map<String, Object> gap = new LinkedHashMap<>();
                gap.put("time", entry.time().toString());
                gap.put("lost", lost);
                write(joined(line(gap), line));
                LOG.info("audit=written lost={}", lost);
                lost = 0;
            } catch (IOException e) {
                if (lost == 0) {
                    LOG.error("audit=lost file={} why=\"{}\"", file, e.toString());
                }
                lost++;
            }
        }
    }

    private static byte[] line(Entry entry) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", entry.time().toString());
        line.put("caller", entry.caller());
        line.put("operation", entry.operation());
        line.put(
                "object",
                entry.object().length() > LONGEST_OBJECT
                        ? entry.object().substring(0, LONGEST_OBJECT)
                        : entry.object());
        line.put("outcome", entry.outcome());
        return line(line);
    }

    private static byte[] line(Map<String, Object> line) {
        return joined(Wire.json().type(Object.class).toJsonBytes(line), new byte[] {'\n'});
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private void write(byte[] line) throws IOException {
        if (bytes > 0 && bytes + line.length > largest) {
            rotate();
        }
        ByteBuffer buffer = ByteBuffer.wrap(line);
        while (buffer.hasRemaining()) {
            bytes += out.write(buffer);
        }
    }

    private void rotate() throws IOException {
        for (int i = KEPT - 1; i >= 1; i--) {
            move(numbered(i), numbered(i + 1));
        }
        move(file, numbered(1));
        FileChannel next = append(file);
        out.close();
        out = next;
        bytes = next.size();
    }

    private Path numbered(int i) {
        return file.resolveSibling(file.getFileName() + "." + i);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            // There are not as many yet.
            return;
        }
    }

    @Override
    public void close() {
        synchronized (turn) {
            try {
                out.close();
            } catch (IOException e) {
                LOG.warn("audit=close why=\"{}\"", e.toString());
            }
        }
    }
}
