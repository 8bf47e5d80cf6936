package dev.gantry.linux.netlink.nftables;

/// What of a packet is looked up in a set or map, and how it comes into a register. Offsets are those of the
/// headers: RFC 791, RFC 8200, RFC 768 and 9293 (both begin with the ports), Ethernet.
public enum Field {
    SOURCE_4(KeyType.IPV4_ADDRESS, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_NETWORK_HEADER, 12),
    DESTINATION_4(KeyType.IPV4_ADDRESS, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_NETWORK_HEADER, 16),
    SOURCE_6(KeyType.IPV6_ADDRESS, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_NETWORK_HEADER, 8),
    DESTINATION_6(KeyType.IPV6_ADDRESS, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_NETWORK_HEADER, 24),
    SOURCE_PORT(KeyType.PORT, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_TRANSPORT_HEADER, 0),
    DESTINATION_PORT(KeyType.PORT, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_TRANSPORT_HEADER, 2),
    SOURCE_MAC(KeyType.MAC_ADDRESS, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_LL_HEADER, 6),
    DESTINATION_MAC(KeyType.MAC_ADDRESS, Load.PAYLOAD, NftHeader.NFT_PAYLOAD_LL_HEADER, 0),
    PROTOCOL(KeyType.PROTOCOL, Load.META, NftHeader.NFT_META_L4PROTO, 0),
    FAMILY(KeyType.FAMILY, Load.META, NftHeader.NFT_META_NFPROTO, 0),
    INPUT_NAME(KeyType.INTERFACE_NAME, Load.META, NftHeader.NFT_META_IIFNAME, 0),
    OUTPUT_NAME(KeyType.INTERFACE_NAME, Load.META, NftHeader.NFT_META_OIFNAME, 0),
    MARK(KeyType.MARK, Load.META, NftHeader.NFT_META_MARK, 0),
    CONNECTION_MARK(KeyType.MARK, Load.CT, NftHeader.NFT_CT_MARK, 0),
    /// Where the connection went before it was translated.
    ORIGINAL_DESTINATION_4(KeyType.IPV4_ADDRESS, Load.CT_ORIGINAL, NftHeader.NFT_CT_DST_IP, 0),
    ORIGINAL_DESTINATION_6(KeyType.IPV6_ADDRESS, Load.CT_ORIGINAL, NftHeader.NFT_CT_DST_IP6, 0),
    ORIGINAL_DESTINATION_PORT(KeyType.PORT, Load.CT_ORIGINAL, NftHeader.NFT_CT_PROTO_DST, 0);

    private enum Load {
        PAYLOAD,
        META,
        CT,
        CT_ORIGINAL
    }

    private final KeyType type;
    private final Load load;
    private final int key;
    private final int offset;

    Field(KeyType type, Load load, int key, int offset) {
        this.type = type;
        this.load = load;
        this.key = key;
        this.offset = offset;
    }

    public KeyType type() {
        return type;
    }

    Expression into(int register) {
        return switch (load) {
            case PAYLOAD -> Expression.payload(key, offset, type.size(), register);
            case META -> Expression.meta(key, register);
            case CT -> Expression.ct(key, register);
            case CT_ORIGINAL -> Expression.ct(key, NftHeader.IP_CT_DIR_ORIGINAL, register);
        };
    }
}
