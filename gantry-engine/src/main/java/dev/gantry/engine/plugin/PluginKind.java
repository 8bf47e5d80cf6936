package dev.gantry.engine.plugin;

/// What a plugin can be, by the name in its handshake.
public enum PluginKind {
    VOLUME("VolumeDriver", "volume"),
    NETWORK("NetworkDriver", "network"),
    IPAM("IpamDriver", "ipam"),
    AUTHORIZATION("authz", "authorization"),
    LOG("LogDriver", "log"),
    METRICS("MetricsCollector", "metrics");

    private final String wire;
    private final String word;

    PluginKind(String wire, String word) {
        this.wire = wire;
        this.word = word;
    }

    public String wire() {
        return wire;
    }

    /// As it stands in messages: `volume plugin`.
    public String word() {
        return word;
    }
}
