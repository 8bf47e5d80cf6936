package dev.gantry.docker.image;

import dev.gantry.api.image.Progress;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.docker.route.DockerError;
import dev.gantry.images.registry.GuardedBody;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// An archive at an address of the web, which the engine fetches itself.
final class RemoteArchive implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI address;
    private final HttpClient client;
    private final HttpResponse<InputStream> response;
    private final InputStream guarded;

    private RemoteArchive(URI address, HttpClient client, HttpResponse<InputStream> response, Duration patience) {
        this.address = address;
        this.client = client;
        this.response = response;
        this.guarded = new GuardedBody(response.body(), patience);
    }

    /// Without the name and the password that an address may carry: what shows it is read by others.
    static String shown(String source) {
        return source.replaceFirst("^([a-zA-Z][a-zA-Z0-9+.-]*://)?[^/?#]*@", "$1");
    }

    /// Asks for it; without a scheme it is `http`.
    static RemoteArchive open(String source) {
        return open(source, PATIENCE);
    }

    /// @param patience with a server that says nothing, or nothing more
    static RemoteArchive open(String source, Duration patience) {
        URI address = address(source.contains("://") ? source : "http://" + source);
        HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(patience)
                .build();
        try {
            HttpResponse<InputStream> response = client.send(
                    HttpRequest.newBuilder(address).timeout(patience).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() >= 400) {
                response.body().close();
                client.shutdownNow();
                throw new NotFound(
                        "import " + address,
                        "failed to GET " + address + " with status " + response.statusCode(),
                        "check the address");
            }
            return new RemoteArchive(address, client, response, patience);
        } catch (IOException e) {
            client.shutdownNow();
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new Unavailable("import " + address, why, "check the address, and whether this host reaches it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            client.shutdownNow();
            throw new Unavailable("import " + address, "the client has left", "ask again", e);
        }
    }

    private static URI address(String text) {
        try {
            URI address = URI.create(shown(text));
            if (address.getHost() != null
                    && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
                return address;
            }
        } catch (IllegalArgumentException _) {
            throw DockerError.badParameter("import " + hidden(text) + ": it is no address: write http://host/path");
        }
        throw DockerError.badParameter(
                "import " + hidden(text) + ": only http and https are fetched: write http://host/path");
    }

    /// Of what is no address, all that might be a secret.
    private static String hidden(String text) {
        return text.replaceFirst("://.*@", "://");
    }

    URI address() {
        return address;
    }

    /// The bytes, which say how far they are.
    InputStream body(ProgressLines progress) {
        long total = response.headers().firstValueAsLong("Content-Length").orElse(0);
        return new FilterInputStream(guarded) {
            private long come;
            private long said;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int n = super.read(bytes, offset, length);
                come += Math.max(n, 0);
                if (come - said >= Math.max(total / 100, 512 << 10) || (n < 0 && come > said)) {
                    said = come;
                    progress.write(Progress.step("", "Importing", come, total));
                }
                return n;
            }
        };
    }

    @Override
    public void close() {
        try {
            guarded.close();
        } catch (IOException _) {
            // The connection ends with its client.
        }
        client.shutdownNow();
    }
}
