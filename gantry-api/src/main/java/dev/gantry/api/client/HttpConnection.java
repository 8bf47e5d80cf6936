package dev.gantry.api.client;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// One connection: writes a request, reads the head of the answer, and hands out its body. RFC 9112.
final class HttpConnection implements Closeable {
    private static final int MAX_HEAD = 256 * 1024;
    private static final int CHUNK = 64 * 1024;

    private final Duplex duplex;
    private final BufferedInput in;
    private boolean answered;

    HttpConnection(Duplex duplex) {
        this.duplex = duplex;
        this.in = new BufferedInput(duplex.in());
    }

    /// The head of an answer; names of headers in lower case.
    record Head(int status, Map<String, String> headers, boolean keepAlive) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /// True once a byte of the present request's answer has come.
    boolean answered() {
        return answered;
    }

    Head exchange(Request request, String host) throws IOException {
        answered = false;
        try {
            send(request, host);
        } catch (IOException e) {
            // An engine that refuses a body answers first and stops reading: its words say more than a broken pipe.
            try {
                return readHead();
            } catch (IOException _) {
                throw e;
            }
        }
        return readHead();
    }

    /// The body of the answer whose head was read; `atEnd` runs once when it has been read to its end.
    InputStream body(Request request, Head head, Runnable atEnd) {
        int status = head.status();
        if (request.method().equals("HEAD") || status == 204 || status == 304 || status < 200) {
            return new BodyInput.Sized(in, 0, atEnd);
        }
        if (head.header("transfer-encoding").toLowerCase(Locale.ROOT).endsWith("chunked")) {
            return new BodyInput.Chunked(in, atEnd);
        }
        String length = head.header("content-length");
        if (!length.isEmpty()) {
            return new BodyInput.Sized(in, Long.parseLong(length), atEnd);
        }
        return new BodyInput.ToEnd(in);
    }

    /// The connection itself, from the first byte after the head on.
    Duplex taken() {
        return new Duplex() {
            @Override
            public InputStream in() {
                return in;
            }

            @Override
            public OutputStream out() {
                return duplex.out();
            }

            @Override
            public void shutdownOutput() throws IOException {
                duplex.shutdownOutput();
            }

            @Override
            public void close() throws IOException {
                duplex.close();
            }
        };
    }

    @Override
    public void close() throws IOException {
        duplex.close();
    }

    private void send(Request request, String host) throws IOException {
        StringBuilder head = new StringBuilder(256);
        head.append(request.method()).append(' ').append(request.target()).append(" HTTP/1.1\r\nHost: ");
        head.append(host).append("\r\nUser-Agent: gantry\r\n");
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        OutputStream out = duplex.out();
        switch (request.body()) {
            case Request.Body.None() -> {
                if (request.method().equals("POST")) {
                    head.append("Content-Length: 0\r\n");
                }
                out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            }
            case Request.Body.Bytes(byte[] bytes) -> {
                head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
                byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
                byte[] all = java.util.Arrays.copyOf(first, first.length + bytes.length);
                System.arraycopy(bytes, 0, all, first.length, bytes.length);
                out.write(all);
            }
            case Request.Body.Stream(InputStream body) -> {
                head.append("Transfer-Encoding: chunked\r\n\r\n");
                out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
                sendChunks(body, out);
            }
        }
    }

    /// Size, data and line end of a chunk go out in one write: room is left for the size before the data.
    private static void sendChunks(InputStream body, OutputStream out) throws IOException {
        int room = 8;
        byte[] buffer = new byte[room + CHUNK + 2];
        while (true) {
            int n = body.read(buffer, room, CHUNK);
            if (n < 0) {
                break;
            }
            if (n == 0) {
                continue;
            }
            byte[] size = (Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(size, 0, buffer, room - size.length, size.length);
            buffer[room + n] = '\r';
            buffer[room + n + 1] = '\n';
            out.write(buffer, room - size.length, size.length + n + 2);
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private Head readHead() throws IOException {
        int[] budget = {MAX_HEAD};
        String line = in.readLine(budget);
        answered = true;
        if (!line.startsWith("HTTP/1.") || line.length() < 12) {
            throw new IOException("the answer is not HTTP/1.1: " + line.substring(0, Math.min(40, line.length())));
        }
        int status;
        try {
            status = Integer.parseInt(line.substring(9, 12));
        } catch (NumberFormatException e) {
            throw new IOException("the answer has no status: " + line, e);
        }
        Map<String, String> headers = new HashMap<>();
        while (true) {
            String header = in.readLine(budget);
            if (header.isEmpty()) {
                break;
            }
            int colon = header.indexOf(':');
            if (colon <= 0) {
                throw new IOException("the answer has a header without a name: " + header);
            }
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        if (status == 100) {
            return readHead();
        }
        boolean keep = line.startsWith("HTTP/1.1")
                && !headers.getOrDefault("connection", "").equalsIgnoreCase("close");
        return new Head(status, headers, keep);
    }

    /// A buffer that also reads lines.
    static final class BufferedInput extends InputStream {
        private final InputStream source;
        private final byte[] buffer = new byte[16 * 1024];
        private int from;
        private int to;

        BufferedInput(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            if (from == to && !fill()) {
                return -1;
            }
            return buffer[from++] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (from == to) {
                if (length >= buffer.length) {
                    return source.read(bytes, offset, length);
                }
                if (!fill()) {
                    return -1;
                }
            }
            int n = Math.min(length, to - from);
            System.arraycopy(buffer, from, bytes, offset, n);
            from += n;
            return n;
        }

        private boolean fill() throws IOException {
            from = 0;
            to = Math.max(0, source.read(buffer, 0, buffer.length));
            return to > 0;
        }

        /// A line without its end; `budget` is what remains of the allowed bytes.
        String readLine(int[] budget) throws IOException {
            StringBuilder line = new StringBuilder(64);
            while (true) {
                int c = read();
                if (c < 0) {
                    throw new EOFException("the engine closed the connection");
                }
                if (c == '\n') {
                    int end = line.length();
                    if (end > 0 && line.charAt(end - 1) == '\r') {
                        line.setLength(end - 1);
                    }
                    return line.toString();
                }
                if (--budget[0] < 0) {
                    throw new IOException("the head of the answer is longer than " + MAX_HEAD + " bytes");
                }
                line.append((char) c);
            }
        }
    }
}
