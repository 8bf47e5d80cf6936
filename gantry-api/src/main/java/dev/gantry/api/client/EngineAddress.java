package dev.gantry.api.client;

import dev.gantry.base.InvalidArgument;

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

    /// An engine that a command on another host is asked for: `user` and `socket` may be empty, `port` 0.
    record Ssh(String user, String host, int port, String socket) implements EngineAddress {
        @Override
        public String toString() {
            return "ssh://" + (user.isEmpty() ? "" : user + "@") + host + (port == 0 ? "" : ":" + port) + socket;
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
        if (text.startsWith("ssh://")) {
            return ssh(text, text.substring("ssh://".length()));
        }
        for (String scheme : new String[] {"tcp://", "http://", "https://"}) {
            if (text.startsWith(scheme)) {
                return tcp(text, text.substring(scheme.length()));
            }
        }
        throw bad(text, "it is neither unix:// nor tcp:// nor ssh://");
    }

    /// A name that begins with a dash would be a flag of ssh(1).
    private static EngineAddress ssh(String text, String rest) {
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        String socket = slash < 0 || slash == rest.length() - 1 ? "" : rest.substring(slash);
        int at = authority.lastIndexOf('@');
        String user = at < 0 ? "" : authority.substring(0, at);
        String hostPort = authority.substring(at + 1);
        int colon = hostPort.endsWith("]") ? -1 : hostPort.lastIndexOf(':');
        String host = colon < 0 ? hostPort : hostPort.substring(0, colon);
        int port = colon < 0 ? 0 : port(text, hostPort.substring(colon + 1));
        if (host.isEmpty() || host.startsWith("-") || user.startsWith("-")) {
            throw bad(text, "it names no host");
        }
        if (user.contains(":")) {
            throw bad(text, "plain-text passwords are not supported");
        }
        return new Ssh(user, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port, socket);
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
