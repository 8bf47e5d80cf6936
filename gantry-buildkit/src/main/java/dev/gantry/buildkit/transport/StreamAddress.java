package dev.gantry.buildkit.transport;

import java.net.SocketAddress;

/// Of all streams: they are not found by their addresses.
final class StreamAddress extends SocketAddress {
    private static final long serialVersionUID = 1;

    static final StreamAddress HERE = new StreamAddress();

    private StreamAddress() {}

    @Override
    public String toString() {
        return "stream";
    }
}
