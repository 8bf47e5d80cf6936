package dev.gantry.network.port;

import dev.gantry.network.address.Ip;

/// A port of a container as the host publishes it. One request becomes one of these for each address of
/// the host.
public record PublishedPort(ContainerPort container, Ip hostIp, int hostPort) {
    public PublishedPort {
        if (hostPort < 1 || hostPort > PortRange.MOST) {
            throw new IllegalArgumentException("not a port: " + hostPort);
        }
    }

    /// Whether both would answer to the same packets.
    boolean meets(PublishedPort other) {
        return container.protocol() == other.container.protocol()
                && hostPort == other.hostPort
                && hostIp.family() == other.hostIp.family()
                && (hostIp.equals(other.hostIp) || hostIp.isAny() || other.hostIp.isAny());
    }

    @Override
    public String toString() {
        return (hostIp.isV4() ? hostIp : "[" + hostIp + "]") + ":" + hostPort + "->" + container;
    }
}
