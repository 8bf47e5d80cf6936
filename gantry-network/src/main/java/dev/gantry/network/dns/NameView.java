package dev.gantry.network.dns;

import dev.gantry.network.address.Ip;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What one container sees: names in lower case and their addresses, addresses and their names, and whom
/// to ask for the rest. Immutable; when something changes, the container gets another one.
public record NameView(Map<String, List<Ip>> addresses, Map<Ip, String> names, List<Ip> upstreams) {
    public NameView {
        addresses = addresses.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        e -> e.getKey().toLowerCase(Locale.ROOT), e -> List.copyOf(e.getValue()), (a, b) -> a));
        names = Map.copyOf(names);
        upstreams = List.copyOf(upstreams);
    }

    /// Without upstream servers every other name does not exist: the container is in internal networks
    /// only.
    public boolean forwards() {
        return !upstreams.isEmpty();
    }
}
