package dev.gantry.engine.plugin;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// One request of HTTP/1.1 over a connection of its own, with an answer of bounded size. It blocks as long as the
/// peer wants: whoever calls closes it when that is too long.
final class PluginHttp implements Closeable {
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_HEADERS = 64;
    private static final String MEDIA_TYPE = "application/vnd.docker.plugins.v1.2+json";

    private final String plugin;
    private final PluginAddress address;
    private Closeable open = () -> {}; // guarded by this
    private boolean closed; // guarded by this
    private volatile boolean connected;
    private @Nullable IOException unsent;

    PluginHttp(String plugin, PluginAddress address) {
        this.plugin = plugin;
        this.address = address;
    }

    record Answer(int status, byte[] body) {}

    /// Whether the plugin may have seen the request.
    boolean connected() {
        return connected;
    }

    Answer post(String method, byte[] body, int largestAnswer) throws IOException {
        try {
            return answer(begin(method, body), largestAnswer);
        } finally {
            close();
        }
    }

    /// The body of a good answer, however long it is; its close ends the connection.
    InputStream stream(String method, byte[] body) throws IOException {
        try {
            InputStream in = begin(method, body);
            int status = status(in);
            Headers headers = headers(in);
            if (status != 200) {
                throw new IOException("status " + status);
            }
            return new FilterInputStream(headers.chunked ? new ChunkedInput(in) : in) {
                @Override
                public void close() throws IOException {
                    PluginHttp.this.close();
                }
            };
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Connects and sends; the answer is to be read.
    private InputStream begin(String method, byte[] body) throws IOException {
        return switch (address) {
            case PluginAddress.Unix(var socket) -> {
                SocketChannel channel = hold(SocketChannel.open(StandardProtocolFamily.UNIX));
                channel.connect(UnixDomainSocketAddress.of(socket));
                yield exchange(
                        Channels.newInputStream(channel),
                        Channels.newOutputStream(channel),
                        request(method, "plugin", body));
            }
            case PluginAddress.Tcp tcp -> {
                Socket socket = connect(tcp);
                byte[] request = request(method, tcp.host() + ":" + tcp.port(), body);
                yield exchange(socket.getInputStream(), socket.getOutputStream(), request);
            }
        };
    }

    private Socket connect(PluginAddress.Tcp tcp) throws IOException {
        Socket plain = hold(new Socket());
        plain.connect(new InetSocketAddress(tcp.host(), tcp.port()));
        plain.setTcpNoDelay(true);
        if (tcp.tls().isEmpty()) {
            return plain;
        }
        PluginTls tls = tcp.tls().get();
        SSLSocket socket = (SSLSocket) tls.context("call plugin " + plugin)
                .getSocketFactory()
                .createSocket(plain, tcp.host(), tcp.port(), true);
        if (!tls.insecureSkipVerify()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
        return socket;
    }

    private synchronized <T extends Closeable> T hold(T connection) throws IOException {
        if (closed) {
            connection.close();
            throw new IOException("the call was given up");
        }
        open = connection;
        return connection;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        open.close();
    }

    private static byte[] request(String method, String host, byte[] body) throws IOException {
        String head = "POST /" + method + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: " + MEDIA_TYPE
                + "\r\nContent-Type: " + MEDIA_TYPE + "\r\nConnection: close\r\nContent-Length: " + body.length
                + "\r\n\r\n";
        var all = new ByteArrayOutputStream(head.length() + body.length);
        all.write(head.getBytes(StandardCharsets.US_ASCII));
        all.write(body);
        return all.toByteArray();
    }

    private InputStream exchange(InputStream from, OutputStream to, byte[] request) {
        connected = true;
        try {
            to.write(request);
            to.flush();
        } catch (IOException e) {
            unsent = e; // it may have answered before it closed
        }
        return new BufferedInputStream(from);
    }

    private Answer answer(InputStream in, int largest) throws IOException {
        try {
            int status = status(in);
            Headers headers = headers(in);
            if (status == 204) {
                return new Answer(status, new byte[0]);
            }
            InputStream body = headers.chunked ? new ChunkedInput(in) : in;
            return new Answer(status, body(body, headers.chunked ? -1 : headers.length, largest));
        } catch (IOException e) {
            if (unsent != null) {
                e.addSuppressed(unsent);
            }
            throw e;
        }
    }

    private static int status(InputStream in) throws IOException {
        String status = line(in);
        while (status.startsWith("HTTP/1.1 100")) {
            headers(in);
            status = line(in);
        }
        if (!status.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new IOException("it does not speak HTTP");
        }
        return Integer.parseInt(status.substring(9, 12));
    }

    /// `length` -1: until the connection ends.
    private record Headers(long length, boolean chunked) {}

    private static Headers headers(InputStream in) throws IOException {
        long length = -1;
        boolean chunked = false;
        for (int i = 0; i < MOST_HEADERS; i++) {
            String line = line(in);
            if (line.isEmpty()) {
                return new Headers(length, chunked);
            }
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = number(lower.substring("content-length:".length()).strip(), 10);
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = lower.endsWith("chunked");
            }
        }
        throw new IOException("it sent more than " + MOST_HEADERS + " headers");
    }

    private static byte[] body(InputStream in, long length, int largest) throws IOException {
        if (length > largest) {
            throw tooLarge(largest);
        }
        byte[] body = in.readNBytes(length < 0 ? largest + 1 : (int) length);
        if (body.length > largest) {
            throw tooLarge(largest);
        }
        if (body.length < length) {
            throw new IOException("its answer ended after " + body.length + " of " + length + " bytes");
        }
        return body;
    }

    static long number(String text, int radix) throws IOException {
        try {
            long n = Long.parseLong(text, radix);
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException e) {
            throw new IOException("it sent a length that is no number", e);
        }
        throw new IOException("it sent a negative length");
    }

    private static IOException tooLarge(int largest) {
        return new IOException("its answer is larger than " + largest + " bytes");
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("it closed the connection without an answer");
            }
            if (c == '\n') {
                int end = line.length();
                return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
            }
            if (line.length() >= LONGEST_LINE) {
                throw new IOException("it sent a line longer than " + LONGEST_LINE + " bytes");
            }
            line.append((char) c);
        }
    }
}
