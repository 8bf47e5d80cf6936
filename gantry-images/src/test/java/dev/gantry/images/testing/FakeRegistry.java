package dev.gantry.images.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.gantry.base.Digest;
import dev.gantry.base.Reference;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/// A registry on a loopback port that can misbehave in the ways real ones and the network before them
/// do.
public final class FakeRegistry implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, String> manifestTypes = new ConcurrentHashMap<>();
    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
    public final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Trouble trouble = (_, _) -> false;

    public record Request(String method, String path, Optional<String> authorization, Optional<String> range) {}

    /// Answers a request itself and says so, or leaves it to the registry.
    public interface Trouble {
        boolean handles(HttpExchange exchange, String path) throws IOException;
    }

    public FakeRegistry() {
        this(() -> HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50));
    }

    /// One that speaks only TLS.
    public FakeRegistry(SSLContext tls) {
        this(() -> {
            var https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
            return https;
        });
    }

    private interface Maker {
        HttpServer make() throws IOException;
    }

    private FakeRegistry(Maker maker) {
        try {
            server = maker.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    public String domain() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    public Reference reference(String nameAndTag) {
        return Reference.parse(domain() + "/" + nameAndTag);
    }

    public void push(String tag, TestImage image) {
        image.blobs().forEach(this::blob);
        manifest(tag, TestImage.MANIFEST, image.manifestBytes());
    }

    public void blob(Digest digest, byte[] bytes) {
        blobs.put(digest, bytes);
    }

    public void manifest(String tag, String type, byte[] bytes) {
        manifests.put(tag, bytes);
        manifests.put(TestImage.digest(bytes).toString(), bytes);
        manifestTypes.put(tag, type);
        manifestTypes.put(TestImage.digest(bytes).toString(), type);
    }

    public void misbehave(Trouble trouble) {
        this.trouble = trouble;
    }

    public long count(String pathPart) {
        return requests.stream().filter(r -> r.path().contains(pathPart)).count();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))));
        try (exchange) {
            if (trouble.handles(exchange, path)) {
                return;
            }
            if (path.equals("/v2/")) {
                answer(exchange, 200, new byte[0]);
                return;
            }
            int at = path.lastIndexOf('/');
            String last = path.substring(at + 1);
            if (path.contains("/manifests/")) {
                manifest(exchange, last);
            } else if (path.contains("/blobs/")) {
                blob(exchange, last);
            } else {
                answer(exchange, 404, new byte[0]);
            }
        }
    }

    private void manifest(HttpExchange exchange, String reference) throws IOException {
        byte[] bytes = manifests.get(reference);
        if (bytes == null) {
            answer(
                    exchange,
                    404,
                    TestImage.utf8("{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}"));
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", manifestTypes.get(reference) + "; charset=utf-8");
        exchange.getResponseHeaders()
                .set("Docker-Content-Digest", TestImage.digest(bytes).toString());
        answer(exchange, 200, bytes);
    }

    private void blob(HttpExchange exchange, String digest) throws IOException {
        byte[] bytes = blobs.get(Digest.parse(digest));
        if (bytes == null) {
            answer(
                    exchange,
                    404,
                    TestImage.utf8("{\"errors\":[{\"code\":\"BLOB_UNKNOWN\",\"message\":\"blob unknown\"}]}"));
            return;
        }
        sendBlob(exchange, bytes, bytes.length);
    }

    /// Sends a blob, from where Range says, and breaks off after `limit` bytes.
    public static void sendBlob(HttpExchange exchange, byte[] bytes, int limit) throws IOException {
        sendBlob(exchange, bytes, limit, exchange.getRequestHeaders().getFirst("Range"));
    }

    /// As if `range` had been asked for; null: none.
    public static void sendBlob(HttpExchange exchange, byte[] bytes, int limit, String range) throws IOException {
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
        OutputStream out = exchange.getResponseBody();
        out.write(bytes, from, Math.min(limit, bytes.length - from));
        out.flush();
        if (limit < bytes.length - from) {
            throw new IOException("broken on purpose");
        }
    }

    public byte[] blob(String path) {
        return blobs.get(Digest.parse(path.substring(path.lastIndexOf('/') + 1)));
    }

    public static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}
