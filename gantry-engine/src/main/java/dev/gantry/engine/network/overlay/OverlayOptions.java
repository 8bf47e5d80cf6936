package dev.gantry.engine.network.overlay;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Ip;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// With whom this host shares overlay networks, and how they know each other.
///
/// @param advertise where the others reach this host
/// @param dataPort the UDP port of tunnels, the same on all hosts
/// @param grace for how long a host that is not heard of keeps what it had
public record OverlayOptions(Place advertise, List<Place> peers, Files files, int dataPort, Duration grace) {
    /// Where hosts talk, if they do not say otherwise; the port that engines have used for it before.
    public static final int PORT = 7946;

    public static final int DATA_PORT = 4789; // RFC 7348 §5
    public static final Duration GRACE = Duration.ofMinutes(5);

    /// An engine that shares nothing.
    public static final OverlayOptions NONE = new OverlayOptions(
            new Place(Ip.ANY_V4, PORT), List.of(), new Files(Path.of(""), Path.of(""), Path.of("")), DATA_PORT, GRACE);

    /// PEM: whom to trust, and what shows who this host is. The certificate names the host's address.
    public record Files(Path ca, Path cert, Path key) {}

    public record Place(Ip address, int port) {
        private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^]]*)]|([^:]*))(?::([0-9]{1,5}))?");

        /// Reads `192.0.2.1`, `192.0.2.1:7946`, `2001:db8::1` or `[2001:db8::1]:7946`.
        public static Place parse(String flag, String text) {
            Matcher parts = WITH_PORT.matcher(text);
            boolean split = parts.matches();
            String port = split && parts.group(3) != null ? parts.group(3) : Integer.toString(PORT);
            boolean number = Integer.parseInt(port) > 0 && Integer.parseInt(port) < 65536;
            String address = !split ? text : parts.group(1) == null ? parts.group(2) : parts.group(1);
            Ip ip = Ip.find(address).orElse(Ip.ANY_V4);
            boolean usable = !ip.isAny() && !ip.isLoopback() && !ip.isMulticast() && !ip.isLinkLocal();
            if (!number || !usable) {
                throw new InvalidArgument(
                        "read " + flag + " " + text,
                        "hosts of overlay networks are known by an address of theirs that others reach, with a port if"
                                + " it is not " + PORT,
                        "write " + flag + " 192.0.2.1, or " + flag + " [2001:db8::1]:" + PORT);
            }
            return new Place(ip, Integer.parseInt(port));
        }

        @Override
        public String toString() {
            return (address.isV4() ? address : "[" + address + "]") + ":" + port;
        }
    }

    public OverlayOptions {
        peers = List.copyOf(peers);
        Set<Ip> seen = new HashSet<>(Set.of(advertise.address()));
        for (Place p : peers) {
            if (!seen.add(p.address())) {
                throw new InvalidArgument(
                        "read --overlay-peer " + p,
                        p.address().equals(advertise.address()) ? "it is this host itself" : "it is named twice",
                        "name each of the other hosts once");
            }
            if (p.address().isV4() != advertise.address().isV4()) {
                throw new InvalidArgument(
                        "read --overlay-peer " + p,
                        "this host is known to the others by an address of the other family, " + advertise.address(),
                        "name all hosts by IPv4 addresses, or all by IPv6 addresses");
            }
        }
    }

    public boolean isNone() {
        return advertise.address().isAny();
    }
}
