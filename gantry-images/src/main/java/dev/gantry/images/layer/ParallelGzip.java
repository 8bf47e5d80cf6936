package dev.gantry.images.layer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Compresses with gzip on several threads: one member, made of blocks that end at a byte, each with the
/// block before it as its dictionary. The bytes do not depend on the number of threads. RFC 1952, RFC 1951
/// §3.2.4.
///
/// `close` ends the member and closes the stream below.
public final class ParallelGzip extends OutputStream {
    private static final int BLOCK = 1 << 18;
    private static final int DICTIONARY = 1 << 15;
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final OutputStream out;
    private final int level;
    private final int ahead;
    private final ExecutorService threads;
    private final CRC32 crc = new CRC32();
    private final Deque<Future<byte[]>> running = new ArrayDeque<>();
    private byte[] dictionary = new byte[0];
    private byte[] block = new byte[BLOCK];
    private int filled;
    private long total;
    private boolean closed;

    public ParallelGzip(OutputStream out, int level, int parallel) throws IOException {
        this.out = out;
        this.level = level;
        this.ahead = 2 * parallel;
        this.threads = Executors.newFixedThreadPool(
                parallel, Thread.ofPlatform().name("gzip-", 0).daemon().factory());
        out.write(HEADER);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        crc.update(bytes, from, length);
        total += length;
        int done = 0;
        while (done < length) {
            int n = Math.min(length - done, BLOCK - filled);
            System.arraycopy(bytes, from + done, block, filled, n);
            filled += n;
            done += n;
            if (filled == BLOCK) {
                submit(false);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (out) {
            submit(true);
            while (!running.isEmpty()) {
                writeOldest();
            }
            little((int) crc.getValue());
            little((int) total);
        } finally {
            threads.shutdownNow();
        }
    }

    private void submit(boolean last) throws IOException {
        byte[] input = last ? Arrays.copyOf(block, filled) : block;
        byte[] before = dictionary;
        running.add(threads.submit(() -> compress(input, before, last)));
        dictionary = Arrays.copyOfRange(input, Math.max(0, input.length - DICTIONARY), input.length);
        block = new byte[BLOCK];
        filled = 0;
        while (running.size() > ahead) {
            writeOldest();
        }
    }

    private byte[] compress(byte[] input, byte[] before, boolean last) {
        Deflater deflater = new Deflater(level, true);
        try {
            if (before.length > 0) {
                deflater.setDictionary(before);
            }
            deflater.setInput(input);
            if (last) {
                deflater.finish();
            }
            byte[] output = new byte[BLOCK / 2];
            int size = 0;
            while (true) {
                int n = deflater.deflate(
                        output, size, output.length - size, last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
                size += n;
                if (last ? deflater.finished() : size < output.length) {
                    return Arrays.copyOf(output, size);
                }
                output = Arrays.copyOf(output, output.length * 2);
            }
        } finally {
            deflater.end();
        }
    }

    private void writeOldest() throws IOException {
        try {
            out.write(running.remove().get());
        } catch (ExecutionException e) {
            throw new IOException("compressing failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the work was cancelled", e);
        }
    }

    private void little(int value) throws IOException {
        for (int i = 0; i < 4; i++) {
            out.write(value >>> (8 * i));
        }
    }
}
