package dev.gantry.build.solve;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What whoever asked for a build lends to its steps while they run.
public interface Lent {
    /// Nothing at all.
    Lent NOTHING = of(Map.of());

    /// Secrets that came with the build, by their ids.
    static Lent of(Map<String, byte[]> secrets) {
        Map<String, byte[]> all = Map.copyOf(secrets);
        return new Lent() {
            @Override
            public Optional<byte[]> secret(String id) {
                return Optional.ofNullable(all.get(id));
            }

            @Override
            public Optional<Agent> agent(String id, Path socket) {
                return Optional.empty();
            }

            @Override
            public Map<String, byte[]> given() {
                return all;
            }
        };
    }

    /// One that knows which secrets it has given.
    static Lent remembering(Lent lent) {
        Map<String, byte[]> given = new ConcurrentHashMap<>(lent.given());
        return new Lent() {
            @Override
            public Optional<byte[]> secret(String id) throws InterruptedException {
                byte[] known = given.get(id);
                if (known != null) {
                    return Optional.of(known);
                }
                Optional<byte[]> secret = lent.secret(id);
                secret.ifPresent(value -> given.put(id, value));
                return secret;
            }

            @Override
            public Optional<Agent> agent(String id, Path socket) throws InterruptedException {
                return lent.agent(id, socket);
            }

            @Override
            public Map<String, byte[]> given() {
                return Map.copyOf(given);
            }
        };
    }

    /// Empty when there is none of this id.
    Optional<byte[]> secret(String id) throws InterruptedException;

    /// An agent for SSH of this id, which listens at `socket` from now on; empty when there is none.
    Optional<Agent> agent(String id, Path socket) throws InterruptedException;

    /// The secrets that are known to have come with the build.
    default Map<String, byte[]> given() {
        return Map.of();
    }

    /// One that listens until it is closed; the socket stays.
    @FunctionalInterface
    interface Agent extends AutoCloseable {
        @Override
        void close();
    }
}
