package dev.gantry.images.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.gantry.base.Repository;
import dev.gantry.base.Unsupported;
import dev.gantry.images.testing.Fixture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProxiesTest {
    private static boolean isDirect(String exceptions, String target) {
        return Proxies.of("http://p:3128", "http://p:3128", exceptions)
                .to(URI.create(target))
                .isEmpty();
    }

    @Test
    void eachSchemeHasItsProxyAndThisHostHasNone() {
        Proxies proxies = Proxies.of("one:1", "http://two", "");
        assertThat(proxies.to(URI.create("http://r/v2/")).orElseThrow().getPort())
                .isEqualTo(1);
        assertThat(proxies.to(URI.create("https://r/v2/")).orElseThrow().getHostString())
                .isEqualTo("two");
        assertThat(proxies.to(URI.create("https://localhost:5000/"))).isEmpty();
        assertThat(proxies.to(URI.create("http://127.0.0.7/"))).isEmpty();
        assertThat(proxies.to(URI.create("http://[::1]:5000/"))).isEmpty();
        assertThat(Proxies.of("", "", "").to(URI.create("http://r/"))).isEmpty();
    }

    @Test
    void exceptionsAreNamesWithAllBelowThemAddressesSubnetsAndPorts() {
        assertThat(isDirect("example.com", "https://example.com/")).isTrue();
        assertThat(isDirect("x, example.com", "https://a.example.com/")).isTrue();
        assertThat(isDirect("example.com", "https://notexample.com/")).isFalse();
        assertThat(isDirect(".example.com", "https://example.com/")).isFalse();
        assertThat(isDirect("*.example.com", "https://a.EXAMPLE.com/")).isTrue();
        assertThat(isDirect("example.com:5000", "https://example.com:5000/")).isTrue();
        assertThat(isDirect("example.com:5000", "https://example.com/")).isFalse();
        assertThat(isDirect("10.0.0.0/8", "http://10.1.2.3:5000/")).isTrue();
        assertThat(isDirect("10.0.0.0/8", "http://11.1.2.3/")).isFalse();
        assertThat(isDirect("10.0.0.0/8", "http://ten.example/")).isFalse();
        assertThat(isDirect("fd00::/8", "http://[fd12::1]:5000/")).isTrue();
        assertThat(isDirect("10.0.0.0/99,nonsense/x", "http://10.0.0.0/")).isFalse();
        assertThat(isDirect("*", "http://anything/")).isTrue();
    }

    @Test
    void whatIsNotDoneIsRefusedAndNoPasswordIsRepeated() {
        for (String proxy : List.of("https://p:1", "socks5://p:1", "http://me:secret@p:1")) {
            assertThatThrownBy(() -> Proxies.of(proxy, "", ""))
                    .isInstanceOf(Unsupported.class)
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void aRegistryIsAskedThroughTheProxy() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        proxy.start();
        var options = new RegistryOptions(
                Set.of("registry.invalid:5000"),
                List.of(),
                3,
                Fixture.SOON,
                Proxies.of("127.0.0.1:" + proxy.getAddress().getPort(), "", ""));
        try (RegistryClient client = new RegistryClient(options)) {
            client.login(new Repository("registry.invalid:5000", "x").domain(), Credentials.ANONYMOUS);
        } finally {
            proxy.stop(0);
        }
        assertThat(asked).isNotEmpty().allMatch(uri -> uri.startsWith("http://registry.invalid:5000/v2/"));
    }
}
