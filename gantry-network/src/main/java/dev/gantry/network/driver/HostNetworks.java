package dev.gantry.network.driver;

/// All that an engine asks of the networks that it makes itself.
public interface HostNetworks extends NetworkDriver, OverlayTunnels {
    /// Takes away all that this engine has on the host, when no endpoint is left: links, and rules. The rules stay
    /// where it has turned forwarding on, because they are what keeps this host from routing for others.
    void withdraw();
}
