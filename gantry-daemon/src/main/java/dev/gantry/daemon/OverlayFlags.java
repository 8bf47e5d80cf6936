package dev.gantry.daemon;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.network.overlay.OverlayOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The flags of overlay networks, one after the other, and what they say together.
final class OverlayFlags {
    private static final String ADVERTISE = "overlay-advertise";
    private static final String PEER = "overlay-peer";
    private static final String CA = "overlay-tls-ca";
    private static final String CERT = "overlay-tls-cert";
    private static final String KEY = "overlay-tls-key";
    private static final String DATA_PORT = "overlay-data-port";
    private static final String GRACE = "overlay-grace";
    private static final Set<String> ALL = Set.of(ADVERTISE, PEER, CA, CERT, KEY, DATA_PORT, GRACE);

    static final String HELP = """
                  --overlay-advertise ADDRESS[:PORT]  share overlay networks, reached by others here (port 7946)
                  --overlay-peer ADDRESS[:PORT]       another host to share them with; repeatable
                  --overlay-tls-ca FILE, --overlay-tls-cert FILE, --overlay-tls-key FILE
                                        whom to trust, and who this host is; the certificate names its address
                  --overlay-data-port PORT  UDP port of the tunnels, on all hosts (default 4789)
                  --overlay-grace DURATION  how long a silent host's containers stay known (default 5m)
            """;

    private final TreeMap<String, String> values = new TreeMap<>();
    private final List<String> peers = new ArrayList<>();

    /// False when it is none of these.
    boolean take(String flag, Supplier<String> value) {
        if (!ALL.contains(flag)) {
            return false;
        }
        String given = value.get();
        if (flag.equals(PEER)) {
            peers.add(given);
        } else {
            values.put(flag, given);
        }
        return true;
    }

    /// As words of a command line.
    static List<String> words(OverlayOptions o) {
        if (o.isNone()) {
            return List.of();
        }
        List<String> words = new ArrayList<>(List.of(
                "--" + ADVERTISE,
                o.advertise().toString(),
                "--" + CA,
                o.files().ca().toString(),
                "--" + CERT,
                o.files().cert().toString(),
                "--" + KEY,
                o.files().key().toString(),
                "--" + DATA_PORT,
                Integer.toString(o.dataPort()),
                "--" + GRACE,
                o.grace().toSeconds() + "s"));
        o.peers().forEach(p -> words.addAll(List.of("--" + PEER, p.toString())));
        return words;
    }

    OverlayOptions options() {
        if (values.isEmpty() && peers.isEmpty()) {
            return OverlayOptions.NONE;
        }
        return new OverlayOptions(
                OverlayOptions.Place.parse("--" + ADVERTISE, needed(ADVERTISE)),
                peers.stream()
                        .map(p -> OverlayOptions.Place.parse("--" + PEER, p))
                        .toList(),
                new OverlayOptions.Files(file(CA), file(CERT), file(KEY)),
                port(values.getOrDefault(DATA_PORT, Integer.toString(OverlayOptions.DATA_PORT))),
                duration(values.getOrDefault(GRACE, OverlayOptions.GRACE.toSeconds() + "s")));
    }

    private String needed(String flag) {
        String value = values.get(flag);
        if (value == null) {
            throw new InvalidArgument(
                    "share overlay networks",
                    "--" + flag + " is missing: hosts know each other by their addresses and certificates, or not at"
                            + " all",
                    "give --overlay-advertise with --overlay-tls-ca, --overlay-tls-cert and --overlay-tls-key");
        }
        return value;
    }

    private Path file(String flag) {
        return Path.of(needed(flag)).toAbsolutePath();
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1024 || Integer.parseInt(text) > 65535) {
            throw new InvalidArgument(
                    "read --" + DATA_PORT + " " + text, "it is no port from 1024 to 65535", "write 4789");
        }
        return Integer.parseInt(text);
    }

    /// `90s`, `5m`, `2h`.
    private static Duration duration(String text) {
        if (!text.matches("[0-9]{1,6}[smh]")) {
            throw new InvalidArgument("read --" + GRACE + " " + text, "it is no duration", "write 90s, 5m or 2h");
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
