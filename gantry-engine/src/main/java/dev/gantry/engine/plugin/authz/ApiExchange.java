package dev.gantry.engine.plugin.authz;

import java.util.List;
import java.util.Map;

/// A request to the engine as authorization plugins see it. `user` is the common name of the client's
/// certificate and
/// `certificates` its chain in PEM; both are empty without TLS. `body` is empty when there is none, when
/// it is a stream,
/// or when it is not known yet.
public record ApiExchange(
        String user, List<String> certificates, String method, String uri, Map<String, String> headers, byte[] body) {
    public ApiExchange {
        certificates = List.copyOf(certificates);
        headers = Map.copyOf(headers);
    }

    /// What the engine is about to answer. `body` is empty for streams.
    public record Reply(int status, Map<String, String> headers, byte[] body) {
        public Reply {
            headers = Map.copyOf(headers);
        }
    }
}
