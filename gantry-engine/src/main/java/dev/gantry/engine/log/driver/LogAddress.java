package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/// Where a receiver listens: `tcp://host:port`, `unix:///path`.
record LogAddress(String scheme, String host, int port, String path) {
    private static final Set<String> OF_FILES = Set.of("unix", "unixgram");

    /// `port` is the one that may be left out; 0: none may.
    static LogAddress parse(String driver, String text, Set<String> schemes, int port) {
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme());
            if (!schemes.contains(scheme)) {
                throw wrong(driver, text, "unsupported scheme: '" + scheme + "'");
            }
            if (OF_FILES.contains(scheme)) {
                if (uri.getPath() == null || uri.getPath().isEmpty()) {
                    throw wrong(driver, text, "it names no path");
                }
                return new LogAddress(scheme, "", 0, uri.getPath());
            }
            if (uri.getHost() == null || (uri.getPort() < 0 && port == 0)) {
                throw wrong(driver, text, "it is not proto://host:port");
            }
            String host = uri.getHost();
            boolean six = host.startsWith("[") && host.endsWith("]");
            return new LogAddress(
                    scheme,
                    six ? host.substring(1, host.length() - 1) : host,
                    uri.getPort() < 0 ? port : uri.getPort(),
                    "");
        } catch (URISyntaxException e) {
            throw wrong(driver, text, "it is not proto://host:port");
        }
    }

    private static RuntimeException wrong(String driver, String text, String why) {
        return LogOptions.refused(
                driver, driver + "-address should be in form proto://address, got " + text + ": " + why, "correct it");
    }

    static LogAddress datagrams(String path) {
        return new LogAddress("unixgram", "", 0, path);
    }

    @Override
    public String toString() {
        String at = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return scheme + " " + (path.isEmpty() ? at + ":" + port : path);
    }
}
