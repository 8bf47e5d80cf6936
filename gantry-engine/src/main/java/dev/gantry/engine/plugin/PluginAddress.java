package dev.gantry.engine.plugin;

import dev.gantry.base.InvalidArgument;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/// Where a plugin listens.
public sealed interface PluginAddress {
    /// A Unix socket.
    record Unix(Path socket) implements PluginAddress {
        @Override
        public String toString() {
            return "unix://" + socket;
        }
    }

    /// A port of TCP, with TLS where `tls` is there.
    record Tcp(String host, int port, Optional<PluginTls> tls) implements PluginAddress {
        @Override
        public String toString() {
            return (tls.isPresent() ? "https://" : "http://") + host + ":" + port;
        }
    }

    /// One of `unix:///path`, `tcp://host:port`, `http://host:port` and `https://host:port`. `what` is who asks.
    static PluginAddress parse(String what, String text, Optional<PluginTls> tls) {
        String trimmed = text.strip();
        if (trimmed.startsWith("unix://")) {
            String path = trimmed.substring("unix://".length());
            if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
                throw wrong(what, trimmed);
            }
            return new Unix(Path.of(path));
        }
        try {
            URI uri = new URI(trimmed);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme();
            if (uri.getHost() == null || uri.getPort() > 65_535) {
                throw wrong(what, trimmed);
            }
            String host = uri.getHost().startsWith("[")
                    ? uri.getHost().substring(1, uri.getHost().length() - 1)
                    : uri.getHost();
            return switch (scheme) {
                case "tcp" -> new Tcp(host, port(what, uri, tls.isPresent() ? 443 : 80), tls);
                case "http" -> new Tcp(host, port(what, uri, 80), Optional.empty());
                case "https" -> new Tcp(host, port(what, uri, 443), Optional.of(tls.orElse(PluginTls.OF_THE_SYSTEM)));
                default -> throw wrong(what, trimmed);
            };
        } catch (URISyntaxException e) {
            throw wrong(what, trimmed);
        }
    }

    private static int port(String what, URI uri, int usual) {
        if (uri.getPort() == 0) {
            throw wrong(what, uri.toString());
        }
        return uri.getPort() < 0 ? usual : uri.getPort();
    }

    private static InvalidArgument wrong(String what, String text) {
        return new InvalidArgument(
                what,
                "its address \"" + PluginAnswer.shown(text) + "\" is none",
                "write unix:///path, tcp://host:port, http://host:port or https://host:port");
    }
}
