package dev.gantry.images.registry;

import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Requests over HTTP with redirects of our own: an `Authorization` goes to the host it was made for
/// and to no other.
final class Transport implements AutoCloseable {
    private static final int MAX_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final Supplier<SSLContext> tls;
    private final Pace pace;
    private final Supplier<Proxies> proxies;
    private @Nullable HttpClient http;

    /// `tls` is asked with the first request: to read the authorities of the JDK takes a tenth of a second.
    Transport(Pace pace, Supplier<Proxies> proxies, Supplier<SSLContext> tls) {
        this.proxies = proxies;
        this.pace = pace;
        this.tls = tls;
    }

    /// Asks anew for each connection.
    private static final class Chosen extends ProxySelector {
        private final Supplier<Proxies> proxies;

        Chosen(Supplier<Proxies> proxies) {
            this.proxies = proxies;
        }

        @Override
        public List<Proxy> select(URI uri) {
            return List.of(proxies.get()
                    .to(uri)
                    .map(a -> new Proxy(Proxy.Type.HTTP, a))
                    .orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {
            // Whoever asked hears of it.
        }
    }

    private synchronized HttpClient http() {
        HttpClient client = http;
        if (client == null) {
            client = HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(pace.connect())
                    .proxy(new Chosen(proxies))
                    .sslContext(tls.get())
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .build();
            http = client;
        }
        return client;
    }

    /// A response whose body must be closed.
    record Answer(int status, HttpResponse<InputStream> response, InputStream body) implements AutoCloseable {
        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        @Override
        public void close() {
            try {
                body.close();
            } catch (IOException _) {
                // The connection is of no further use, and nothing was promised about it.
            }
        }
    }

    /// What is asked for besides the address. `secret`: the body is for this address and no other.
    record Ask(String method, HttpRequest.BodyPublisher body, boolean secret) {
        static final Ask GET = new Ask("GET", HttpRequest.BodyPublishers.noBody(), false);
    }

    Answer get(URI uri, Map<String, String> headers) throws IOException {
        return send(uri, headers, Ask.GET, pace.answer());
    }

    Answer get(URI uri, Map<String, String> headers, Duration patience) throws IOException {
        return send(uri, headers, Ask.GET, patience);
    }

    Answer post(URI uri, Map<String, String> headers, String form) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Content-Type", "application/x-www-form-urlencoded");
        return send(uri, all, new Ask("POST", HttpRequest.BodyPublishers.ofString(form), true), pace.answer());
    }

    /// A request of any kind; only those without a body are sent on to where the first answer leads.
    Answer send(URI uri, Map<String, String> headers, Ask ask, Duration patience) throws IOException {
        if (ask.body().contentLength() != 0 && !ask.secret()) {
            return once(uri, headers, ask, patience);
        }
        return follow(uri, headers, ask, patience);
    }

    private Answer follow(URI first, Map<String, String> firstHeaders, Ask ask, Duration patience) throws IOException {
        URI uri = first;
        Map<String, String> headers = new LinkedHashMap<>(firstHeaders);
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            Answer answer = once(uri, headers, ask, patience);
            if (!REDIRECTS.contains(answer.status())) {
                return answer;
            }
            URI next = target(uri, answer);
            answer.close();
            if (ask.secret()) {
                throw new IOException(uri.getHost() + " redirects a request that carries a secret");
            }
            if (!sameOrigin(uri, next)) {
                headers.remove("Authorization");
            }
            uri = next;
        }
        throw new IOException("more than " + MAX_REDIRECTS + " redirects from " + first.getHost());
    }

    private Answer once(URI uri, Map<String, String> headers, Ask ask, Duration patience) throws IOException {
        var request = HttpRequest.newBuilder(uri).timeout(patience).method(ask.method(), ask.body());
        if (!"https".equals(uri.getScheme())) {
            // Else each plain request would offer an upgrade to HTTP/2, which small servers stumble over.
            request.version(HttpClient.Version.HTTP_1_1);
        }
        headers.forEach(request::header);
        try {
            HttpResponse<InputStream> response =
                    http().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            return new Answer(response.statusCode(), response, new GuardedBody(response.body(), pace.idle()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("ask " + uri.getHost(), "the thread was interrupted", "ask again", e);
        }
    }

    private static URI target(URI from, Answer answer) throws IOException {
        URI next;
        try {
            next = from.resolve(answer.header("Location").orElse(""));
        } catch (IllegalArgumentException e) {
            throw new IOException(from.getHost() + " redirects to a malformed address", e);
        }
        String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
        if (next.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new IOException(from.getHost() + " redirects to no web address");
        }
        if ("https".equals(from.getScheme()) && scheme.equals("http")) {
            throw new IOException(from.getHost() + " redirects from https to plain http");
        }
        return next;
    }

    static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort();
    }

    @Override
    public synchronized void close() {
        if (http != null) {
            http.shutdownNow();
        }
    }
}
