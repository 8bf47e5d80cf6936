package dev.gantry.images.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.gantry.base.Forbidden;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistrySearchTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final RegistryClient client = new RegistryClient(RegistryOptions.DEFAULT);
    private HttpServer server;
    private String domain;
    private volatile int status = 200;
    private volatile String body = "{}";

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/search", exchange -> {
            asked.add(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        domain = "127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void end() {
        client.close();
        server.stop(0);
    }

    private List<FoundImage> search(Credentials credentials) {
        return client.search(domain, "a b&n=1", 7, credentials);
    }

    @Test
    void theIndexIsAskedForATermAndANumber() {
        body = """
                {"query": "a", "num_results": 2, "results": [
                 {"name": "me/a", "description": "first", "star_count": 3, "is_official": true, "is_automated": false},
                 {"name": "b", "extra": [1]}]}
                """;
        assertThat(search(Credentials.ANONYMOUS))
                .containsExactly(new FoundImage("me/a", "first", 3, true), new FoundImage("b", "", 0, false));
        assertThat(search(new Credentials.Password("me", "pw"))).hasSize(2);
        assertThat(asked)
                .containsExactly("/v1/search?q=a+b%26n%3D1&n=7 null", "/v1/search?q=a+b%26n%3D1&n=7 Basic bWU6cHc=");
    }

    @Test
    void aRegistryWithoutAnIndexIsNamed() {
        status = 404;
        assertThatThrownBy(() -> search(Credentials.ANONYMOUS))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining(domain)
                .hasMessageContaining("Unexpected status code 404");
        status = 401;
        assertThatThrownBy(() -> search(Credentials.ANONYMOUS)).isInstanceOf(Forbidden.class);
    }

    @Test
    void whatIsNoListOfImagesIsRefused() {
        for (String text : List.of(
                "",
                "[",
                "[]",
                "{\"results\": [null]}",
                "{\"results\": 3}",
                "{\"results\": [{\"star_count\": \"x\"}]}")) {
            body = text;
            assertThatThrownBy(() -> search(Credentials.ANONYMOUS)).as(text).isInstanceOf(Unavailable.class);
        }
    }
}
