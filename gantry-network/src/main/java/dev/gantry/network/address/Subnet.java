package dev.gantry.network.address;

import dev.gantry.base.InvalidArgument;
import java.util.Optional;

/// A block of addresses: `172.18.0.0/16`. The bits after the prefix are zero.
public record Subnet(Ip address, int prefix) implements Comparable<Subnet> {
    public Subnet {
        if (prefix < 0 || prefix > address.family().bits()) {
            throw new IllegalArgumentException(
                    "a prefix has 0 to " + address.family().bits() + " bits");
        }
        if (!address.masked(prefix).equals(address)) {
            throw new IllegalArgumentException(address + "/" + prefix + " has bits after its prefix");
        }
    }

    /// The block an address with a prefix length lies in.
    public static Subnet around(Ip address, int prefix) {
        return new Subnet(address.masked(prefix), prefix);
    }

    public static Subnet parse(String text) {
        AddressWithPrefix a = AddressWithPrefix.find(text)
                .orElseThrow(() -> new InvalidArgument(
                        "read subnet " + text,
                        "invalid CIDR block notation: " + text,
                        "write it as 172.28.0.0/16 or fd00:db8::/64"));
        if (!a.address().masked(a.prefix()).equals(a.address())) {
            throw new InvalidArgument(
                    "read subnet " + text,
                    "invalid subnet " + text + ": it should be " + around(a.address(), a.prefix()),
                    "leave the bits after the prefix zero");
        }
        return new Subnet(a.address(), a.prefix());
    }

    /// Empty when it is no block, or has bits after its prefix.
    public static Optional<Subnet> find(String text) {
        return AddressWithPrefix.find(text)
                .filter(a -> a.address().masked(a.prefix()).equals(a.address()))
                .map(a -> new Subnet(a.address(), a.prefix()));
    }

    public Family family() {
        return address.family();
    }

    public Ip first() {
        return address;
    }

    public Ip last() {
        return address.filled(prefix);
    }

    public boolean contains(Ip ip) {
        return ip.family() == family() && ip.masked(prefix).equals(address);
    }

    public boolean contains(Subnet inner) {
        return inner.prefix >= prefix && contains(inner.address);
    }

    public boolean overlaps(Subnet other) {
        return contains(other) || other.contains(this);
    }

    @Override
    public int compareTo(Subnet other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(prefix, other.prefix);
    }

    @Override
    public String toString() {
        return address + "/" + prefix;
    }
}
