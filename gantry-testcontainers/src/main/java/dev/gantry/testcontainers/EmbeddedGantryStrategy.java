package dev.gantry.testcontainers;

import dev.gantry.base.GantryException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.InvalidConfigurationException;
import org.testcontainers.dockerclient.TransportConfig;

/// How Testcontainers finds the engine inside this process. It is on the class path: that is all. `DOCKER_HOST` and
/// `docker.host`, where they are set, still name another engine: Testcontainers asks them first.
public final class EmbeddedGantryStrategy extends DockerClientProviderStrategy {
    /// Whoever puts this on the class path wants it, whatever else listens on this host. A strategy that the user's
    /// `~/.testcontainers.properties` names still comes first.
    private static final int PRIORITY = 1000;

    /// Guarded by this object: opened when Testcontainers first asks, and then open until the process ends.
    private @Nullable ServedEngine engine;

    /// Guarded by this object: why it cannot be opened. Testcontainers asks again and again.
    private @Nullable GantryException failure;

    @Override
    public String getDescription() {
        return "Gantry inside this process (" + engine().socket() + ")";
    }

    @Override
    protected int getPriority() {
        return PRIORITY;
    }

    /// Not noted in the user's home: there it would be tried where this is not on the class path.
    @Override
    protected boolean isPersistable() {
        return false;
    }

    @Override
    public TransportConfig getTransportConfig() {
        return TransportConfig.builder()
                .dockerHost(URI.create("unix://" + engine().socket()))
                .build();
    }

    /// For containers that want the engine's socket mounted.
    @Override
    public String getRemoteDockerUnixSocketPath() {
        return engine().socket().toString();
    }

    /// Ports are published on the network of this very process, also where that is a container's.
    @Override
    public synchronized String getDockerHostIpAddress() {
        String told = System.getenv("TESTCONTAINERS_HOST_OVERRIDE");
        return told == null || told.isBlank() ? "localhost" : told;
    }

    private synchronized ServedEngine engine() {
        ServedEngine open = engine;
        if (open != null) {
            return open;
        }
        try {
            if (failure != null) {
                throw failure;
            }
            open = ServedEngine.open(Roots.of(System.getProperties(), System.getenv()));
        } catch (GantryException e) {
            failure = e;
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
        engine = open;
        return open;
    }
}
