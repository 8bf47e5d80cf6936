package dev.gantry.network.firewall;

import dev.gantry.network.address.Family;

/// A part of a packet, or a fact about it, that rules look at; with nft's words for it.
public enum Field {
    INPUT_INTERFACE("iifname"),
    OUTPUT_INTERFACE("oifname"),
    FAMILY("meta nfproto"),
    TRANSPORT("meta l4proto"),
    DESTINATION_PORT("th dport"),
    SOURCE_V4("ip saddr"),
    SOURCE_V6("ip6 saddr"),
    DESTINATION_V4("ip daddr"),
    DESTINATION_V6("ip6 daddr");

    private final String nft;

    Field(String nft) {
        this.nft = nft;
    }

    String nft() {
        return nft;
    }

    static Field source(Family family) {
        return family == Family.IPV4 ? SOURCE_V4 : SOURCE_V6;
    }

    static Field destination(Family family) {
        return family == Family.IPV4 ? DESTINATION_V4 : DESTINATION_V6;
    }
}
