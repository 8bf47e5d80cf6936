package dev.gantry.network.address;

import java.util.Optional;

/// An interface's address with the length of its link's prefix: `172.18.0.2/16`.
public record AddressWithPrefix(Ip address, int prefix) {
    public AddressWithPrefix {
        if (prefix < 0 || prefix > address.family().bits()) {
            throw new IllegalArgumentException(
                    "a prefix has 0 to " + address.family().bits() + " bits");
        }
    }

    /// Empty when it is none.
    public static Optional<AddressWithPrefix> find(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || text.length() - slash > 4) {
            return Optional.empty();
        }
        int prefix = 0;
        String digits = text.substring(slash + 1);
        for (char c : digits.toCharArray()) {
            prefix = c >= '0' && c <= '9' ? prefix * 10 + c - '0' : 1000;
        }
        if (digits.isEmpty() || digits.length() > 1 && digits.charAt(0) == '0') {
            return Optional.empty();
        }
        int bits = prefix;
        return Ip.find(text.substring(0, slash))
                .filter(ip -> bits <= ip.family().bits())
                .map(ip -> new AddressWithPrefix(ip, bits));
    }

    public Subnet subnet() {
        return Subnet.around(address, prefix);
    }

    @Override
    public String toString() {
        return address + "/" + prefix;
    }
}
