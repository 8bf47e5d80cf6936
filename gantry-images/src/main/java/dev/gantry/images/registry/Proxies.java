package dev.gantry.images.registry;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Through whom registries are reached, as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say it to programs in Go: a proxy
/// for plain requests, one for those with TLS, and who is reached directly. This host itself always is.
///
/// @param exceptions addresses, subnets, and names with all below them; `.name` and `*.name` are only those below; each
///     may have a port; `*` is everybody
public record Proxies(Optional<URI> http, Optional<URI> https, List<String> exceptions) {
    public static final Proxies NONE = new Proxies(Optional.empty(), Optional.empty(), List.of());

    public Proxies {
        exceptions = List.copyOf(exceptions);
    }

    /// Of texts, which may be empty.
    public static Proxies of(String http, String https, String exceptions) {
        return new Proxies(
                proxy(http),
                proxy(https),
                Arrays.stream(exceptions.split(",", -1))
                        .map(e -> e.strip().toLowerCase(Locale.ROOT))
                        .filter(e -> !e.isEmpty())
                        .toList());
    }

    private static Optional<URI> proxy(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        URI uri;
        try {
            uri = URI.create(text.contains("://") ? text : "http://" + text);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("use a proxy", "its address is none", "write http://HOST:PORT", e);
        }
        // What it says may have a password in it, and is not repeated.
        if (!"http".equals(uri.getScheme()) || uri.getUserInfo() != null) {
            throw new Unsupported(
                    "use a proxy",
                    "a login at a proxy, and a proxy that is spoken to by TLS or SOCKS, are not done",
                    "name one as http://HOST:PORT");
        }
        if (uri.getHost() == null) {
            throw new InvalidArgument("use a proxy", "its address has no host", "write http://HOST:PORT");
        }
        return Optional.of(uri);
    }

    /// The proxy through which `target` is asked; empty: none.
    Optional<InetSocketAddress> to(URI target) {
        Optional<URI> proxy = "https".equals(target.getScheme()) ? https : http;
        String host = String.valueOf(target.getHost()).toLowerCase(Locale.ROOT);
        if (proxy.isEmpty() || RegistryOptions.isLoopback(host)) {
            return Optional.empty();
        }
        int port = target.getPort() >= 0 ? target.getPort() : "https".equals(target.getScheme()) ? 443 : 80;
        if (exceptions.stream().anyMatch(e -> excepts(e, host, port))) {
            return Optional.empty();
        }
        URI uri = proxy.get();
        return Optional.of(new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort()));
    }

    private static boolean excepts(String exception, String host, int port) {
        if (exception.equals("*")) {
            return true;
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (exception.contains("/")) {
            return Ranges.contains(exception, bare);
        }
        String name = exception;
        int colon = name.lastIndexOf(':');
        if (colon >= 0 && (name.indexOf(':') == colon || name.startsWith("[") && colon > name.indexOf(']'))) {
            if (!name.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            name = name.substring(0, colon);
        }
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        String below = name.startsWith("*.") ? name.substring(1) : name;
        return below.startsWith(".") ? bare.endsWith(below) : bare.equals(below) || bare.endsWith("." + below);
    }
}
