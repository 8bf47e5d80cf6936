package dev.gantry.network.model;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;

/// Which engine of this host: names in the kernel's one name space carry its tag, so that engines with
/// data roots of their own do not fight over tables and bridges. The engine of the default root has none.
public record Instance(String tag) {
    /// The engine of the default data root.
    public static final Instance DEFAULT = new Instance("");

    public Instance {
        if (!tag.matches("|[0-9a-f]{6}")) {
            throw new InvalidArgument("name engine " + tag, "a tag is six hex digits", "derive it from the data root");
        }
    }

    /// The same root gives the same tag for ever.
    public static Instance ofRoot(String dataRoot) {
        return new Instance(Digest.sha256Of(dataRoot).hex().substring(0, 6));
    }

    /// The nftables table of this engine; its family is `inet`.
    public String table() {
        return tag.isEmpty() ? "gantry" : "gantry-" + tag;
    }

    /// The bridge of the network `bridge`.
    public String defaultBridge() {
        return tag.isEmpty() ? "gantry0" : "gantry0-" + tag;
    }

    /// The bridge of a network: as its user named it, or `br-` and the beginning of its id. At most 15
    /// characters.
    public String bridge(Network network) {
        return switch (network.options()) {
            case DriverOptions.Bridge b when !b.name().isEmpty() -> b.name();
            case DriverOptions.Bridge b when b.defaultBridge() -> defaultBridge();
            default -> "br-" + network.id().shortHex();
        };
    }

    /// The host's end of a container's veth pair: `gv` and the beginning of the endpoint's id.
    public static String hostInterface(EndpointId endpoint) {
        return "gv" + endpoint.shortHex();
    }
}
