package dev.gantry.docker.network;

import dev.gantry.api.network.ConfigReference;
import dev.gantry.api.network.Ipam;
import dev.gantry.api.network.NetworkSummary;
import dev.gantry.docker.route.Times;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// The two networks that need no driver: none and the host's own.
public final class OwnNetworks {
    public static final List<NetworkSummary> ALL = List.of(network("none", "null"), network("host", "host"));

    private OwnNetworks() {}

    /// The same on every machine: there is nothing else that could tell them apart.
    public static String id(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("gantry network " + name).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static NetworkSummary network(String name, String driver) {
        return new NetworkSummary(
                name,
                id(name),
                Times.NEVER,
                "local",
                driver,
                true,
                false,
                new Ipam("default", null, List.of()),
                false,
                false,
                false,
                new ConfigReference(""),
                false,
                Map.of(),
                Map.of(),
                Map.of());
    }
}
