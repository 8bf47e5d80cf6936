package dev.gantry.network.endpoint;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How a container wants to be in one network. `links` are names of other containers by the name under
/// which this one calls them. `addresses` are fixed, at most one of each family.
public record EndpointRequest(
        List<String> aliases,
        Map<String, String> links,
        List<Ip> addresses,
        List<Ip> linkLocalAddresses,
        @Nullable MacAddress mac,
        Map<String, String> driverOptions,
        int gatewayPriority) {
    /// Whatever the network gives.
    public static final EndpointRequest ANY =
            new EndpointRequest(List.of(), Map.of(), List.of(), List.of(), null, Map.of(), 0);

    public EndpointRequest {
        aliases = List.copyOf(aliases);
        links = java.util.Collections.unmodifiableMap(new TreeMap<>(links));
        addresses = List.copyOf(addresses);
        linkLocalAddresses = List.copyOf(linkLocalAddresses);
        driverOptions = java.util.Collections.unmodifiableMap(new TreeMap<>(driverOptions));
        for (Family family : Family.values()) {
            if (addresses.stream().filter(a -> a.family() == family).count() > 1) {
                throw new InvalidArgument(
                        "read endpoint settings",
                        "two fixed " + family.words() + " addresses: " + addresses,
                        "give one of each family");
            }
        }
        for (Ip ip : linkLocalAddresses) {
            if (!ip.isLinkLocal()) {
                throw new InvalidArgument(
                        "read endpoint settings",
                        "invalid link-local IP address " + ip,
                        "choose one in 169.254.0.0/16 or fe80::/10");
            }
        }
        for (Ip ip : addresses) {
            if (ip.isAny() || ip.isMulticast() || ip.isLoopback()) {
                throw new InvalidArgument(
                        "read endpoint settings",
                        "invalid " + ip.family().words() + " address: " + ip,
                        "choose one in the network's subnet");
            }
        }
        for (String alias : aliases) {
            if (alias.isBlank() || alias.length() > 253) {
                throw new InvalidArgument(
                        "read endpoint settings",
                        "invalid alias \"" + alias + "\"",
                        "use a name of 1 to 253 characters");
            }
        }
    }

    /// Reads `container` or `container:name`, as `--link` has it, into (name, container).
    public static Map.Entry<String, String> link(String text) {
        int colon = text.indexOf(':');
        String container = colon < 0 ? text : text.substring(0, colon);
        String name = colon < 0 ? text : text.substring(colon + 1);
        if (container.isEmpty() || name.isEmpty() || name.indexOf(':') >= 0) {
            throw new InvalidArgument("read link " + text, "bad format for links: " + text, "write container:name");
        }
        return Map.entry(
                name.substring(name.lastIndexOf('/') + 1), container.substring(container.lastIndexOf('/') + 1));
    }

    public Optional<Ip> address(Family family) {
        return addresses.stream().filter(a -> a.family() == family).findFirst();
    }
}
