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

    /// Whether the last line has no end: the next entry begins one of its own.
    private boolean torn;

    private AuditFile(Path file, long largest, FileChannel out) throws IOException {
        this.file = file;
        this.largest = largest;
        this.out = out;
        this.bytes = out.size();
        this.torn = bytes > 0 && !endsALine(file);
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

    /// What is no regular file has no last byte.
    private static boolean endsALine(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return in.read(last, in.size() - 1) != 1 || last.get(0) == '\n';
        }
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
        ByteBuffer buffer = ByteBuffer.wrap(torn ? joined(new byte[] {'\n'}, line) : line);
        long whole = bytes;
        try {
            while (buffer.hasRemaining()) {
                bytes += out.write(buffer);
            }
            torn = false;
        } catch (IOException e) {
            cutTo(whole, e);
            throw e;
        }
    }

    /// A part of a line is no line.
    private void cutTo(long whole, IOException failure) {
        if (bytes == whole) {
            return;
        }
        try {
            out.truncate(whole);
            bytes = whole;
        } catch (IOException e) {
            torn = true;
            failure.addSuppressed(e);
        }
    }

    /// The new file is there before an old one moves: where there is no room for it, all stay what they are.
    private void rotate() throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        FileChannel next = append(fresh);
        try {
            shift();
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            next.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
        out.close();
        out = next;
        bytes = 0;
        torn = false;
    }

    /// As far as the first number that is free: what moved before another failed to does not move again.
    private void shift() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        int free = 1;
        while (free < KEPT && Files.exists(numbered(free))) {
            free++;
        }
        for (int i = free - 1; i >= 1; i--) {
            move(numbered(i), numbered(i + 1));
        }
        move(file, numbered(1));
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
