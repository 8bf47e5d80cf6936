package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.Duplex;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An engine in memory that answers from a script and remembers what it was asked. Answers are given by method and
/// beginning of the path; the longest that fits wins.
final class FakeEngine implements Dialer {
    /// What follows on a connection that was taken over.
    interface Takeover {
        void serve(InputStream in, OutputStream out) throws IOException;
    }

    record Asked(String method, String target, Map<String, String> headers, String body) {}

    private record Answer(int status, String body) {}

    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final Map<String, Takeover> takeovers = new LinkedHashMap<>();
    private final Map<String, List<Answer>> once = new ConcurrentHashMap<>();
    final List<Asked> asked = new CopyOnWriteArrayList<>();

    FakeEngine answer(String request, int status, String body) {
        answers.put(request, new Answer(status, body));
        return this;
    }

    /// Given before the lasting answer, one time.
    FakeEngine first(String request, int status, String body) {
        once.computeIfAbsent(request, _ -> new CopyOnWriteArrayList<>()).add(new Answer(status, body));
        return this;
    }

    FakeEngine takeover(String request, Takeover takeover) {
        takeovers.put(request, takeover);
        return this;
    }

    /// Waits until a request was made that begins so.
    void await(String request) throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (lines().stream().noneMatch(l -> l.startsWith(request))) {
            if (System.nanoTime() > deadline) {
                throw new IOException("nobody asked " + request);
            }
            Thread.onSpinWait();
        }
    }

    /// The requests without their bodies, such as `POST /containers/create`.
    List<String> lines() {
        return asked.stream().map(a -> a.method() + " " + a.target()).toList();
    }

    String bodyOf(String request) {
        return asked.stream()
                .filter(a -> (a.method() + " " + a.target()).startsWith(request))
                .findFirst()
                .orElseThrow()
                .body();
    }

    @Override
    public String address() {
        return "memory";
    }

    @Override
    public Duplex dial() {
        Pipe toClient = new Pipe();
        Pipe toServer = new Pipe();
        InputStream clientIn = toClient.in;
        OutputStream serverOut = toClient.out;
        InputStream serverIn = toServer.in;
        OutputStream clientOut = toServer.out;
        Thread.ofVirtual().start(() -> {
            try (serverOut) {
                serve(serverIn, serverOut);
            } catch (IOException _) {
                // The client left.
            }
        });
        return new Duplex() {
            @Override
            public InputStream in() {
                return clientIn;
            }

            @Override
            public OutputStream out() {
                return clientOut;
            }

            @Override
            public void shutdownOutput() throws IOException {
                clientOut.close();
            }

            @Override
            public void close() throws IOException {
                clientOut.close();
                clientIn.close();
            }
        };
    }

    private void serve(InputStream in, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder();
        int c;
        while ((c = in.read()) >= 0) {
            head.append((char) c);
            if (head.indexOf("\r\n\r\n") < 0) {
                continue;
            }
            String[] lines = head.toString().split("\r\n");
            head.setLength(0);
            String[] words = lines[0].split(" ");
            Map<String, String> headers = new LinkedHashMap<>();
            for (int i = 1; i < lines.length; i++) {
                headers.put(
                        lines[i].substring(0, lines[i].indexOf(':')), lines[i].substring(lines[i].indexOf(':') + 2));
            }
            asked.add(new Asked(words[0], words[1], headers, new String(body(in, headers), StandardCharsets.UTF_8)));
            String line = words[0] + " " + words[1];
            if (headers.containsKey("Upgrade") && longest(takeovers, line) != null) {
                out.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
                longest(takeovers, line).serve(in, out);
                return;
            }
            Answer answer = null;
            List<Answer> before = longest(once, line);
            if (before != null && !before.isEmpty()) {
                answer = before.removeFirst();
            }
            if (answer == null) {
                answer = longest(answers, line);
            }
            if (answer == null) {
                answer = new Answer(404, "{\"message\":\"nothing at " + line + "\"}");
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            out.write(("HTTP/1.1 " + answer.status() + " X\r\n"
                            + (answer.status() == 204 ? "" : "Content-Length: " + bytes.length + "\r\n") + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(bytes);
            out.flush();
        }
    }

    private static <T> T longest(Map<String, T> of, String line) {
        return of.entrySet().stream()
                .filter(e -> line.startsWith(e.getKey()))
                .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.containsKey("Content-Length")) {
            return in.readNBytes(Integer.parseInt(headers.get("Content-Length")));
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (headers.containsKey("Transfer-Encoding")) {
            while (true) {
                int size = Integer.parseInt(line(in), 16);
                all.write(in.readNBytes(size));
                line(in);
                if (size == 0) {
                    break;
                }
            }
        }
        return all.toByteArray();
    }

    private static String line(InputStream in) {
        try {
            StringBuilder line = new StringBuilder();
            int c;
            while ((c = in.read()) >= 0 && c != '\n') {
                line.append((char) c);
            }
            return line.toString().strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Bytes from one thread to another, without a limit.
    private static final class Pipe {
        private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
        private int at;
        private boolean closed;

        final OutputStream out = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                synchronized (pieces) {
                    if (closed) {
                        throw new IOException("Broken pipe");
                    }
                    if (length > 0) {
                        pieces.add(Arrays.copyOfRange(bytes, offset, offset + length));
                        pieces.notifyAll();
                    }
                }
            }

            @Override
            public void close() {
                end();
            }
        };

        final InputStream in = new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                synchronized (pieces) {
                    while (length > 0 && pieces.isEmpty() && !closed) {
                        try {
                            pieces.wait();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }
                    byte[] piece = pieces.peek();
                    if (length == 0 || piece == null) {
                        return length == 0 ? 0 : -1;
                    }
                    int n = Math.min(length, piece.length - at);
                    System.arraycopy(piece, at, bytes, offset, n);
                    at += n;
                    if (at == piece.length) {
                        pieces.remove();
                        at = 0;
                    }
                    return n;
                }
            }

            @Override
            public void close() {
                end();
            }
        };

        private void end() {
            synchronized (pieces) {
                closed = true;
                pieces.notifyAll();
            }
        }
    }
}
