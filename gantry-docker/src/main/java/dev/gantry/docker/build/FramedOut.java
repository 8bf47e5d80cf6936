package dev.gantry.docker.build;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// One of two streams that share a third, in the frames of attach.
final class FramedOut extends OutputStream {
    static final int OUT = 1;
    static final int ERR = 2;

    private static final int HEAD = 8;

    private final OutputStream shared;
    private final int type;

    FramedOut(OutputStream shared, int type) {
        this.shared = shared;
        this.type = type;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] frame = new byte[HEAD + length];
        ByteBuffer.wrap(frame).put(0, (byte) type).putInt(4, length).put(HEAD, bytes, offset, length);
        synchronized (shared) {
            shared.write(frame);
        }
    }

    @Override
    public void flush() throws IOException {
        synchronized (shared) {
            shared.flush();
        }
    }
}
