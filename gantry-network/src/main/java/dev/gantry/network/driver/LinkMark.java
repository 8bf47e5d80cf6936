package dev.gantry.network.driver;

import dev.gantry.linux.netlink.route.Link;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.NetworkId;
import java.util.Optional;

/// What an engine writes on a link that it made, as its alias (`ip link` shows it): whose it is and what for.
/// Names would not do, since other engines name theirs alike.
///
/// ```
/// gantry network 4c5e…        gantry-3f09aa endpoint 9b01…
/// ```
record LinkMark(String owner, String kind, String id) {
    private static final String NETWORK = "network";
    private static final String ENDPOINT = "endpoint";

    static LinkMark of(Instance instance, NetworkId network) {
        return new LinkMark(instance.table(), NETWORK, network.hex());
    }

    static LinkMark of(Instance instance, EndpointId endpoint) {
        return new LinkMark(instance.table(), ENDPOINT, endpoint.hex());
    }

    /// Empty when it bears none of this engine.
    static Optional<LinkMark> read(Instance instance, Link link) {
        String[] words = link.alias().split(" ", -1);
        boolean ours = words.length == 3
                && words[0].equals(instance.table())
                && (words[1].equals(NETWORK) || words[1].equals(ENDPOINT));
        return ours ? Optional.of(new LinkMark(words[0], words[1], words[2])) : Optional.empty();
    }

    /// Whether it bears one of any engine.
    static boolean isMarked(Link link) {
        return link.alias().matches("gantry(-[0-9a-f]{6})? (network|endpoint) [0-9a-f]{64}");
    }

    boolean isOn(Link link) {
        return link.alias().equals(toString());
    }

    @Override
    public String toString() {
        return owner + " " + kind + " " + id;
    }
}
