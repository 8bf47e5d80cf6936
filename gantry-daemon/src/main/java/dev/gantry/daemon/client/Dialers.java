package dev.gantry.daemon.client;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineTls;
import dev.gantry.api.client.SocketDialer;
import dev.gantry.api.client.TlsDialer;
import dev.gantry.cli.context.Endpoint;

/// How each kind of address is dialled.
final class Dialers {
    private Dialers() {}

    static Dialer to(Endpoint endpoint) {
        EngineTls tls = endpoint.tls();
        return switch (endpoint.address()) {
            case EngineAddress.Tcp tcp when tls != null -> new TlsDialer(tcp, tls);
            case EngineAddress.Tcp tcp -> new SocketDialer(tcp);
            case EngineAddress.Unix unix -> new SocketDialer(unix);
            case EngineAddress.Ssh ssh -> new SshDialer(ssh);
        };
    }
}
