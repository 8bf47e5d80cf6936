package dev.gantry.engine.log.driver;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// A stream to a receiver. What was written to one that has closed its end would be lost in silence, so somebody waits
/// for that end.
final class StreamWire implements Wire {
    private static final int BUFFER = 64 << 10;

    private final InputStream in;
    private final OutputStream out;
    private final Closeable socket;
    private volatile boolean ended;

    StreamWire(InputStream in, OutputStream out, Closeable socket, boolean answered) {
        this.in = in;
        this.out = new BufferedOutputStream(out, BUFFER);
        this.socket = socket;
        if (!answered) {
            Thread.startVirtualThread(this::awaitEnd);
        }
    }

    private void awaitEnd() {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // An end, too.
        }
        ended = true;
    }

    @Override
    public void send(byte[] bytes) throws IOException {
        requireOpen();
        out.write(bytes);
    }

    @Override
    public void flush() throws IOException {
        requireOpen();
        out.flush();
    }

    private void requireOpen() throws IOException {
        if (ended) {
            throw new IOException("the receiver has closed the connection");
        }
    }

    @Override
    public InputStream answers() {
        return in;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // What was flushed is the kernel's to send.
        }
    }
}
