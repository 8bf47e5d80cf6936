package dev.gantry.network.model;

/// How a bridge network meets the outside, by family.
public enum GatewayMode {
    /// Masquerade outwards; inwards only published ports, translated.
    NAT("nat"),
    /// As `NAT`, and every port of a container is reachable at its own address.
    NAT_UNPROTECTED("nat-unprotected"),
    /// No translation: published ports are opened at the container's own address, which others must have
    /// a route to.
    ROUTED("routed"),
    /// The bridge has no address; for internal networks.
    ISOLATED("isolated");

    private final String wire;

    GatewayMode(String wire) {
        this.wire = wire;
    }

    public String wire() {
        return wire;
    }

    public boolean translates() {
        return this == NAT || this == NAT_UNPROTECTED;
    }
}
