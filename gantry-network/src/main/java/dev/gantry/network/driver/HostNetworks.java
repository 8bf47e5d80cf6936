package dev.gantry.network.driver;

/// All that an engine asks of the networks that it makes itself.
public interface HostNetworks extends NetworkDriver, OverlayTunnels {}
