package dev.gantry.api.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// The body of an answer in its three framings. None closes the connection; that is the owner's.
abstract sealed class BodyInput extends InputStream {
    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    static final class Sized extends BodyInput {
        private final InputStream in;
        private final Runnable atEnd;
        private long left;
        private boolean ended;

        Sized(InputStream in, long length, Runnable atEnd) {
            this.in = in;
            this.left = length;
            this.atEnd = atEnd;
            end();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(bytes, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException(
                        "the engine closed the connection " + left + " bytes before the end of its answer");
            }
            left -= n;
            end();
            return n;
        }

        private void end() {
            if (left == 0 && !ended) {
                ended = true;
                atEnd.run();
            }
        }
    }

    static final class Chunked extends BodyInput {
        private static final int MAX_TRAILER = 64 * 1024;

        private final HttpConnection.BufferedInput in;
        private final Runnable atEnd;
        private long left;
        private boolean inChunk;
        private boolean ended;

        Chunked(HttpConnection.BufferedInput in, Runnable atEnd) {
            this.in = in;
            this.atEnd = atEnd;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0 && !nextChunk()) {
                return -1;
            }
            int n = in.read(bytes, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the engine closed the connection inside a chunk of its answer");
            }
            left -= n;
            return n;
        }

        private boolean nextChunk() throws IOException {
            if (ended) {
                return false;
            }
            int[] budget = {MAX_TRAILER};
            if (inChunk && !in.readLine(budget).isEmpty()) {
                throw new IOException("a chunk of the answer is longer than it said");
            }
            String size = in.readLine(budget);
            int semicolon = size.indexOf(';');
            try {
                left = Long.parseLong((semicolon < 0 ? size : size.substring(0, semicolon)).strip(), 16);
            } catch (NumberFormatException e) {
                throw new IOException("a chunk of the answer has no size: " + size, e);
            }
            inChunk = true;
            if (left > 0) {
                return true;
            }
            while (!in.readLine(budget).isEmpty()) {
                // Trailers say nothing to us.
            }
            ended = true;
            atEnd.run();
            return false;
        }
    }

    static final class ToEnd extends BodyInput {
        private final InputStream in;

        ToEnd(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return in.read(bytes, offset, length);
        }
    }
}
