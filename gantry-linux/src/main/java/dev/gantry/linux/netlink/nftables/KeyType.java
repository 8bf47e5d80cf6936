package dev.gantry.linux.netlink.nftables;

import java.util.ArrayList;
import java.util.List;

/// What keys and values of sets and maps are made of. The kernel keeps the number for nft(8) alone, whose
/// `enum datatypes` it is; the size is in bytes.
public enum KeyType {
    FAMILY(2, 1),
    IPV4_ADDRESS(7, 4),
    IPV6_ADDRESS(8, 16),
    MAC_ADDRESS(9, 6),
    PROTOCOL(12, 1),
    PORT(13, 2),
    MARK(19, 4),
    INTERFACE_NAME(41, 16),
    /// Only as the value of a map.
    VERDICT(NftHeader.NFT_DATA_VERDICT, 0),
    /// Of sets that others made.
    OTHER(0, 0);

    /// A concatenation is numbered by those of its parts, six bits each.
    private static final int BITS = 6;

    private final int number;
    private final int size;

    KeyType(int number, int size) {
        this.number = number;
        this.size = size;
    }

    int size() {
        return size;
    }

    /// In a concatenation each part is padded to four bytes.
    int paddedSize() {
        return (size + 3) & ~3;
    }

    /// How nft(8) writes what it lists: 1 for the order of the host, 2 for that of the network, 0 for a
    /// concatenation, whose parts it knows. Its `enum byteorder`.
    static int byteOrder(List<KeyType> parts) {
        if (parts.size() > 1) {
            return 0;
        }
        return switch (parts.getFirst()) {
            case FAMILY, MARK, INTERFACE_NAME -> 1;
            case IPV4_ADDRESS, IPV6_ADDRESS, MAC_ADDRESS, PROTOCOL, PORT -> 2;
            case VERDICT, OTHER -> 0;
        };
    }

    static int number(List<KeyType> parts) {
        return parts.stream().mapToInt(t -> t.number).reduce(0, (a, b) -> a << BITS | b);
    }

    static int size(List<KeyType> parts) {
        return parts.size() == 1
                ? parts.getFirst().size
                : parts.stream().mapToInt(KeyType::paddedSize).sum();
    }

    static List<KeyType> parts(int number) {
        if (number == VERDICT.number) {
            return List.of(VERDICT);
        }
        List<KeyType> parts = new ArrayList<>();
        for (int rest = number; rest != 0; rest >>>= BITS) {
            parts.addFirst(of(rest & (1 << BITS) - 1));
        }
        return parts.isEmpty() ? List.of(OTHER) : List.copyOf(parts);
    }

    private static KeyType of(int number) {
        for (KeyType t : values()) {
            if (t.number == number) {
                return t;
            }
        }
        return OTHER;
    }
}
