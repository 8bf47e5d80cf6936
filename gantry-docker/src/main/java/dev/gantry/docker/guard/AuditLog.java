package dev.gantry.docker.guard;

import java.time.Instant;

/// Is told every request that changes something, after it was answered. Never what it carries: no bodies, no headers.
@FunctionalInterface
public interface AuditLog {
    /// Must not fail: what cannot be written the log tells by itself.
    void tell(Entry entry);

    /// @param operation the route, such as `POST /containers/{id}/start`
    /// @param object what the path names, or what was made; may be empty
    /// @param outcome the status of the answer; of a stream, that with which it began
    record Entry(Instant time, String caller, String operation, String object, int outcome) {}
}
