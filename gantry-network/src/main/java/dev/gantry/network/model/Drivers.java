package dev.gantry.network.model;

import java.util.Set;

/// The built-in drivers by name, and the networks that are always there.
public final class Drivers {
    public static final String BRIDGE = "bridge";
    public static final String HOST = "host";
    public static final String NULL = "null";
    public static final String MACVLAN = "macvlan";
    public static final String IPVLAN = "ipvlan";
    public static final String OVERLAY = "overlay";

    public static final String LOCAL_SCOPE = "local";
    public static final String SWARM_SCOPE = "swarm";
    public static final String GLOBAL_SCOPE = "global";

    private static final Set<String> PREDEFINED = Set.of("bridge", "host", "none", "default");

    /// The bridge through which containers that are in overlays alone reach what is outside; Docker's name for it.
    public static final String WAY_OUT = "docker_gwbridge";

    private static final Set<String> OURS = Set.of(BRIDGE, HOST, NULL, MACVLAN, IPVLAN, OVERLAY);

    private Drivers() {}

    /// A driver that is no part of the engine.
    public static boolean isForeign(String driver) {
        return !OURS.contains(driver);
    }

    /// A network that the engine makes itself and that nobody creates or removes.
    public static boolean isPredefined(String network) {
        return PREDEFINED.contains(network);
    }

    /// Whether containers find each other by name in this network.
    public static boolean hasNames(String network) {
        return !isPredefined(network) && !network.equals(WAY_OUT);
    }

    static String scopeOf(String driver) {
        return driver.equals(OVERLAY) ? SWARM_SCOPE : LOCAL_SCOPE;
    }
}
