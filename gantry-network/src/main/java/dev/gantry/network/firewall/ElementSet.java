package dev.gantry.network.firewall;

import java.util.List;

/// A set, or a map when it has values. `intervals`: elements may be blocks of addresses.
public record ElementSet(String name, List<Part> key, List<Part> value, boolean intervals) {
    /// Types of parts of keys and values, with nft's names.
    public enum Part {
        INTERFACE("ifname"),
        FAMILY("nf_proto"),
        IPV4("ipv4_addr"),
        IPV6("ipv6_addr"),
        PROTOCOL("inet_proto"),
        PORT("inet_service"),
        VERDICT("verdict");

        private final String nft;

        Part(String nft) {
            this.nft = nft;
        }

        String nft() {
            return nft;
        }
    }

    public ElementSet {
        key = List.copyOf(key);
        value = List.copyOf(value);
    }

    public boolean isMap() {
        return !value.isEmpty();
    }
}
