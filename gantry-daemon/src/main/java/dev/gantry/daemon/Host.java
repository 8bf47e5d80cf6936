package dev.gantry.daemon;

import dev.gantry.base.InvalidArgument;
import java.nio.file.Path;

/// A place to listen.
sealed interface Host {
    int PLAIN_PORT = 2375;
    int TLS_PORT = 2376;

    record Unix(Path socket) implements Host {
        @Override
        public String toString() {
            return "unix://" + socket;
        }
    }

    /// Port 0 is any that is free.
    record Tcp(String name, int port) implements Host {
        @Override
        public String toString() {
            return "tcp://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
        }
    }

    /// Sockets that whoever started the daemon listens with: all of them, or the one with this descriptor or name.
    record Inherited(String which) implements Host {
        @Override
        public String toString() {
            return "fd://" + which;
        }
    }

    /// Reads `unix:///run/gantry.sock`, `tcp://127.0.0.1:2376` or `fd://`.
    static Host parse(String text, boolean tls) {
        if (text.startsWith("unix://")) {
            String path = text.substring("unix://".length());
            return new Unix(
                    path.isEmpty() ? UsualPlaces.HOST.socket() : Path.of(path).toAbsolutePath());
        }
        if (text.startsWith("fd://")) {
            return new Inherited(text.substring("fd://".length()));
        }
        if (text.startsWith("tcp://")) {
            return tcp(text, text.substring("tcp://".length()), tls);
        }
        if (text.contains("://") || text.isEmpty() || text.contains("/")) {
            throw new InvalidArgument(
                    "listen at " + text, "it is neither unix:// nor tcp:// nor fd://", "use one of these");
        }
        return tcp(text, text, tls);
    }

    private static Host tcp(String text, String address, boolean tls) {
        String rest = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
        int colon = rest.lastIndexOf(':');
        boolean hasPort = colon > rest.lastIndexOf(']');
        String name = hasPort ? rest.substring(0, colon) : rest;
        String port = hasPort ? rest.substring(colon + 1) : "";
        boolean bracketed = name.startsWith("[") && name.endsWith("]");
        String plain = bracketed ? name.substring(1, name.length() - 1) : name;
        if ((!bracketed && plain.contains(":")) || plain.contains("/") || !port.matches("[0-9]{0,5}")) {
            throw new InvalidArgument(
                    "listen at " + text, "it is no address with a port", "write tcp://127.0.0.1:" + TLS_PORT);
        }
        int number = port.isEmpty() ? (tls ? TLS_PORT : PLAIN_PORT) : Integer.parseInt(port);
        if (number > 0xffff) {
            throw new InvalidArgument("listen at " + text, number + " is no port", "write tcp://127.0.0.1:" + TLS_PORT);
        }
        return new Tcp(plain.isEmpty() ? "127.0.0.1" : plain, number);
    }
}
