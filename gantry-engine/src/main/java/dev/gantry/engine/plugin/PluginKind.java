package dev.gantry.engine.plugin;

/// What a plugin can be, by the name in its handshake.
public enum PluginKind {
    VOLUME("VolumeDriver", "volume"),
    NETWORK("NetworkDriver", "network"),
    IPAM("IpamDriver", "ipam"),
    AUTHORIZATION("authz", "authorization"),
    LOG("LogDriver", "log"),
    METRICS("MetricsCollector", "metrics"),
    CSI_NODE("CsiNode", "csi node"),
    CSI_CONTROLLER("CsiController", "csi controller");

    private final String wire;
    private final String word;

    PluginKind(String wire, String word) {
        this.wire = wire;
        this.word = word;
    }

    /// As it stands in the types of a managed plugin: `docker.volumedriver/1.0`.
    public String type() {
        return wire.toLowerCase(java.util.Locale.ROOT);
    }

    public String wire() {
        return wire;
    }

    /// As it stands in messages: `volume plugin`.
    public String word() {
        return word;
    }
}
