package dev.gantry.api.client;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;

/// Where an engine listens, as `-H`, `GANTRY_HOST` and `DOCKER_HOST` say it.
public sealed interface EngineAddress {
    record Unix(String path) implements EngineAddress {
        @Override
        public String toString() {
            return "unix://" + path;
        }
    }

    record Tcp(String host, int port) implements EngineAddress {
        @Override
        public String toString() {
            return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    int DEFAULT_PORT = 2375;

    static EngineAddress parse(String text) {
        if (text.startsWith("unix://")) {
            String path = text.substring("unix://".length());
            if (!path.startsWith("/")) {
                throw bad(text, "the path of the socket is not absolute");
            }
            return new Unix(path);
        }
        if (text.startsWith("/")) {
            return new Unix(text);
        }
        for (String scheme : new String[] {"tcp://", "http://"}) {
            if (text.startsWith(scheme)) {
                return tcp(text, text.substring(scheme.length()));
            }
        }
        if (text.startsWith("ssh://") || text.startsWith("https://") || text.startsWith("npipe://")) {
            throw new Unsupported(
                    "reach engine " + text,
                    "this version speaks over Unix sockets and plain TCP",
                    "forward the socket and name it with -H unix:///path");
        }
        throw bad(text, "it is neither unix:// nor tcp://");
    }

    private static EngineAddress tcp(String text, String rest) {
        String hostPort = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        int colon = hostPort.lastIndexOf(':');
        boolean bracketed = hostPort.startsWith("[");
        String host = hostPort;
        int port = DEFAULT_PORT;
        if (colon >= 0 && (!bracketed || hostPort.lastIndexOf(']') < colon)) {
            host = hostPort.substring(0, colon);
            port = port(text, hostPort.substring(colon + 1));
        }
        if (bracketed) {
            if (!host.endsWith("]")) {
                throw bad(text, "the brackets of its host do not match");
            }
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty()) {
            host = "127.0.0.1";
        }
        if (host.contains("/")) {
            throw bad(text, "it has a path");
        }
        return new Tcp(host, port);
    }

    private static int port(String text, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Said below, as for a number out of range.
        }
        throw bad(text, "'" + digits + "' is not a port");
    }

    private static InvalidArgument bad(String text, String why) {
        return new InvalidArgument(
                "read engine address '" + text + "'",
                why,
                "write for example unix:///run/gantry.sock or tcp://host:2375");
    }
}
