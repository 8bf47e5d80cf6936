package dev.gantry.engine.log;

import dev.gantry.engine.container.RotatedLog;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One file of a log, open. One that is packed is unpacked when it is read.
final class LogPart implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogPart.class);
    private static final int BLOCK = 64 << 10;

    private final long generation;
    private final Path file;

    /// Changed by who reads, closed by whoever has enough; under `this`.
    private FileChannel channel;

    private boolean packed;
    private boolean closed;

    private LogPart(long generation, Path file, FileChannel channel, boolean packed) {
        this.generation = generation;
        this.file = file;
        this.channel = channel;
        this.packed = packed;
    }

    /// @param file as it is called while it is not packed
    static LogPart open(long generation, Path file) throws IOException {
        try {
            return new LogPart(generation, file, FileChannel.open(file, StandardOpenOption.READ), false);
        } catch (NoSuchFileException e) {
            Path gz = RotatedLog.packed(file);
            return new LogPart(generation, gz, FileChannel.open(gz, StandardOpenOption.READ), true);
        }
    }

    long generation() {
        return generation;
    }

    /// Only one thread reads.
    FileChannel channel() throws IOException {
        FileChannel from;
        synchronized (this) {
            if (!packed || closed) {
                return channel;
            }
            from = channel;
        }
        FileChannel plain = unpacked(from);
        synchronized (this) {
            if (closed) {
                plain.close();
                throw new ClosedChannelException();
            }
            channel = plain;
            packed = false;
        }
        from.close();
        return plain;
    }

    /// In a file that has no name any more.
    private FileChannel unpacked(FileChannel from) throws IOException {
        Path beside = Files.createTempFile(file.resolve("../..").normalize(), ".log", "");
        FileChannel plain;
        try {
            plain = FileChannel.open(beside, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(beside);
        }
        try {
            unpack(from, plain);
            return plain;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /// As far as it goes.
    private void unpack(FileChannel from, FileChannel into) throws IOException {
        OutputStream out = Channels.newOutputStream(into);
        try (InputStream in = new GZIPInputStream(Channels.newInputStream(from), BLOCK)) {
            in.transferTo(out);
        } catch (EOFException | ZipException e) {
            LOG.warn("packed log file {} is read only as far as it is whole: {}", file, e.toString());
            if (into.size() > 0) {
                out.write('\n'); // the next file begins with a record of its own
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}
